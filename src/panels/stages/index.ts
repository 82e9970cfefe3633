/**
 * The stages panel: where the run is on warm-up → perception → reasoning, what a switch changes, and the switch by
 * hand.
 */
export { StagesPanel } from './StagesPanel.tsx';
