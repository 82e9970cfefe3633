/**
 * The evaluation panel: policies of the run measured on many samples that it never trained on, two of them side by
 * side. Every number is the worker's; the panel only lays it out.
 *
 * Words: **policy** the weights at the start, at a change of stage or now · **greedy** the likeliest response ·
 * **mean** over the sampled responses of each sample · **difference** second − first, paired sample by sample.
 */
export { EvaluationPanel } from './EvaluationPanel.tsx';
