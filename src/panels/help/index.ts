/**
 * Help: tour and lessons, limits, glossary, citation. Definitions of metrics and settings come from where they are
 * used; whoever composes the page hands in those of other panels.
 */
export { helpEntries } from './glossary.ts';
export { HelpPanel } from './HelpPanel.tsx';
