/** The data-sampling panel: pass rates, thresholds, the split they make and the questions themselves. */
export { SamplingPanel } from './SamplingPanel.tsx';
