import type { HackPreset } from '../../engine/rl/hackPresets.ts';
import { METRIC_DEFINITIONS } from '../../engine/rl/metricDefinitions.ts';
import { useLiveSeries } from '../../state/index.ts';
import { DataTable, Tooltip, formatNumber } from '../../ui/index.ts';
import { endsOf, WINDOW, type Ends } from './measures.ts';

interface Row extends Ends {
  readonly metric: string;
  readonly ours: Ends;
}

const OURS = [
  { id: 'metric', header: 'metric', render: ({ metric }: Row) => <Metric name={metric} /> },
  {
    id: 'our-first',
    header: 'our first',
    numeric: true,
    render: ({ ours }: Row) => formatNumber(ours.first),
  },
  { id: 'our-last', header: 'our last', numeric: true, render: ({ ours }: Row) => formatNumber(ours.last) },
];
const LIVE = [
  ...OURS,
  { id: 'first', header: 'your first', numeric: true, render: ({ first }: Row) => formatNumber(first) },
  { id: 'last', header: 'your last', numeric: true, render: ({ last }: Row) => formatNumber(last) },
];

/** What our run gave, and beside it the run under way where it is this one. */
export function MeasuredTable({ preset, isRun }: { readonly preset: HackPreset; readonly isRun: boolean }) {
  const { values } = useLiveSeries(preset.measured.map(({ metric }) => metric));
  const rows = preset.measured.map(({ metric, ...ours }): Row => ({
    metric,
    ours,
    ...endsOf(values[metric]),
  }));
  return (
    <div className="ha-measured">
      <DataTable
        caption={`Means over the first and the last ${WINDOW} steps`}
        columns={isRun ? LIVE : OURS}
        rows={rows}
        rowKey={({ metric }) => metric}
      />
      <p className="ha-quiet">
        means over the first and the last {WINDOW} steps; ours: {preset.steps} steps, seed{' '}
        {preset.config.seed}, wasm
      </p>
    </div>
  );
}

function Metric({ name }: { readonly name: string }) {
  const { label, definition } = METRIC_DEFINITIONS[name];
  return <Tooltip definition={definition}>{label}</Tooltip>;
}
