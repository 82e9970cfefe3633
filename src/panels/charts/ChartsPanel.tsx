import { useState } from 'react';
import {
  clearOverlays,
  useDrawnRuns,
  useOverlayIds,
  useSeries,
  useSeriesNames,
  type DrawnRun,
} from '../../state/index.ts';
import { Button, EmptyState, Panel } from '../../ui/index.ts';
import { ChartLegend } from '../../ui/TimeSeries.tsx';
import { ChartCard } from './ChartCard.tsx';
import { CHART_GROUPS, customCharts } from './chartList.ts';
import { lookOf } from './overlay.ts';
import './charts.css';

const REWARD = ['reward'];

/** Every metric over the steps, as small multiples; a click selects the step. */
export function ChartsPanel() {
  const [smoothing, setSmoothing] = useState(0);
  const [asTable, setAsTable] = useState(false);
  const steps = useSeries(REWARD).steps.length;
  const runs = useDrawnRuns();
  const own = useSeriesNames();
  const names = new Set([...own, ...runs.flatMap(({ series }) => series.names())]);
  const groups = [...CHART_GROUPS, ...customCharts([...names].sort())];
  const actions = (
    <>
      <label className="ch-smoothing">
        smoothing
        <input
          type="range"
          min={0}
          max={0.95}
          step={0.05}
          value={smoothing}
          data-testid="charts-smoothing"
          aria-valuetext={smoothing === 0 ? 'off' : `debiased EMA ${smoothing}`}
          onChange={(event) => setSmoothing(event.target.valueAsNumber)}
        />
        <output>{smoothing === 0 ? 'off' : smoothing.toFixed(2)}</output>
      </label>
      <Button aria-pressed={asTable} data-testid="charts-as-table" onClick={() => setAsTable((now) => !now)}>
        as tables
      </Button>
    </>
  );
  return (
    <Panel title="Charts" testId="charts-panel" actions={actions} note="click a chart to select that step">
      {runs.length > 0 && <RunsLegend runs={runs} />}
      {steps === 0 && runs.length === 0 ? (
        <EmptyState title="No steps yet">Every finished step adds a point to each chart.</EmptyState>
      ) : (
        groups.map((group) => (
          <section key={group.title} className="ch-group">
            <h3>{group.title}</h3>
            <div className="ch-grid">
              {group.charts.map((spec) => (
                <ChartCard key={spec.id} spec={spec} smoothing={smoothing} asTable={asTable} runs={runs} />
              ))}
            </div>
          </section>
        ))
      )}
    </Panel>
  );
}

/** Whose lines the charts draw, as they are several; in sight while the charts scroll. */
function RunsLegend({ runs }: { readonly runs: readonly DrawnRun[] }) {
  const hasOverlays = useOverlayIds().length > 0;
  return (
    <div className="ch-runs" role="group" aria-label="Runs in the charts" data-testid="charts-runs">
      <ChartLegend lines={runs.map(lookOf)} />
      {hasOverlays && <Button onClick={clearOverlays}>remove overlays</Button>}
    </div>
  );
}
