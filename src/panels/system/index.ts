/** The system panel: what computes and why, memory, time by phase, the log, and diagnostics to copy. */
export { SystemPanel } from './SystemPanel.tsx';
