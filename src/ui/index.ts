/**
 * Primitives every panel shares. They know the engine's types and nothing else of ours: values come in as props,
 * choices go out as callbacks. Colours are the tokens of src/styles.css; every scale is decided in scales.ts.
 * `TimeSeries.tsx` is imported by its own path, because it carries the chart library and is loaded lazily.
 *
 * Words: **scale** value → position and colour · **mark** a span of a text with a kind · **sign glyph** ▲ ▼ ·,
 * which goes with every diverging colour · **threshold** a border between bins that can be dragged.
 */
export { Button } from './Button.tsx';
export { ChangeList, fieldText } from './ChangeList.tsx';
export { DataTable } from './DataTable.tsx';
export { Dialog } from './Dialog.tsx';
export { EmptyState } from './EmptyState.tsx';
export { ErrorBoundary } from './ErrorBoundary.tsx';
export { FormField } from './FormField.tsx';
export { Histogram } from './Histogram.tsx';
export { ImageView } from './ImageView.tsx';
export { Locked } from './Locked.tsx';
export { MarkedText } from './MarkedText.tsx';
export { Panel } from './Panel.tsx';
export { PatchMap } from './PatchMap.tsx';
export { Prose } from './Prose.tsx';
export { ResizeHandle } from './ResizeHandle.tsx';
export { ScrollRow } from './ScrollRow.tsx';
export { Tabs } from './Tabs.tsx';
export { TokenStrip, visibleText } from './TokenStrip.tsx';
export type { StripToken } from './TokenStrip.tsx';
export { Tooltip } from './Tooltip.tsx';
export { Waterfall } from './Waterfall.tsx';
export { Bar, DifficultyMark, PassRate, RewardBars, ScaleLegend, Sign, SignedBar } from './glyphs.tsx';
export {
  formatCompact,
  formatInterval,
  formatNumber,
  formatSeconds,
  formatShare,
  formatSigned,
} from './format.ts';
export { parseNumber } from './parseNumber.ts';
export type { NumberRange } from './parseNumber.ts';
export { SLIPS } from './slips.ts';
export { evidenceMarks } from './evidenceMarks.ts';
export { advantageScale, logProbScale, magnitudeScale, quantile, ratioScale, patchScale } from './scales.ts';
export type { ColourScale } from './scales.ts';
