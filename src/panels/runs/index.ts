/**
 * The runs panel: every run of this device with its name, its changes against the run it came from, and how far it got;
 * resumed, forked, duplicated, deleted, exported and imported from here.
 *
 * Words: **resume** go on with a run where it stood · **fork** a run of its own that goes on from a checkpoint of
 * another · **duplicate** the same config once more from the same initial weights.
 */
export { RunsPanel } from './RunsPanel.tsx';
