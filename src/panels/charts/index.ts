/** The charts panel: all metrics of the run over its steps. Loaded lazily; it brings the chart library. */
export { ChartsPanel } from './ChartsPanel.tsx';
