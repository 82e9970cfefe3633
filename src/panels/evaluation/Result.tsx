import { useState } from 'react';
import { MEASURE_LABELS, MEASURE_NAMES, type MeasureName } from '../../engine/eval/measures.ts';
import type { EvaluatedPolicy, EvaluationResult } from '../../state/index.ts';
import { usePolicies } from '../../state/index.ts';
import { Tabs } from '../../ui/index.ts';
import { MeasureTable, type MeasureRow } from './MeasureTable.tsx';

type Decoding = 'greedy' | 'mean';

/** The measures of one policy, or of two with their paired difference: overall, then by question kind. */
export function Result({ result }: { readonly result: EvaluationResult }) {
  const [wanted, setWanted] = useState<Decoding>('greedy');
  const [measure, setMeasure] = useState<MeasureName>('accuracy');
  const { request, policies, comparison } = result;
  const decoding = request.samples === 0 ? 'greedy' : wanted;
  const names = useNames(policies);
  const reports = policies.map(({ report }) =>
    decoding === 'mean' && report.mean ? report.mean : report.greedy,
  );
  const compared = comparison && (decoding === 'greedy' ? comparison.greedy : comparison.mean);
  const { tasks, n, pass_at_k: passes } = policies[0].report;
  const overall = MEASURE_NAMES.map((name): MeasureRow => ({
    label: MEASURE_LABELS[name],
    cells: reports.map((report) => ({ value: report[name], interval: report.intervals[name] })),
    difference: compared?.all[name],
    digits: name === 'mean_length' ? 1 : 3,
  }));
  const passRows = Object.keys(decoding === 'mean' && passes ? passes : {}).map((k): MeasureRow => ({
    label: `pass@${k}`,
    cells: policies.map(({ report }) => ({
      value: report.pass_at_k?.[k] ?? null,
      interval: report.intervals[`pass_at_${k}`],
    })),
    difference: comparison?.pass_at_k?.[k],
    digits: 3,
  }));
  const byKind = Object.entries(reports[0].by_kind).map(([kind, { n: count }]): MeasureRow => ({
    label: kind,
    count,
    cells: reports.map((report) => {
      const row = report.by_kind[kind];
      return { value: row[measure], interval: row.intervals[measure] };
    }),
    difference: compared?.by_kind[kind][measure],
    digits: measure === 'mean_length' ? 1 : 3,
  }));
  return (
    <div className="ev-result" data-testid="evaluation-result">
      <p className="ev-about">
        {n} {request.part === 'heldout' ? 'held-out' : 'train'} samples of {tasks}
        {request.samples > 0 && `; sampled: ${request.samples} responses each at temperature 1`}. Under each
        value, its 95 % interval over samples.
        {comparison && ' A difference is paired sample by sample; bold where its interval leaves out 0.'}
      </p>
      {request.samples > 0 && (
        <Tabs
          label="Decoding"
          items={[
            { id: 'greedy', label: 'Greedy' },
            { id: 'mean', label: `Mean over ${request.samples}` },
          ]}
          selected={decoding}
          onSelect={setWanted}
        />
      )}
      <MeasureTable caption="All samples" first="measure" names={names} rows={[...overall, ...passRows]} />
      <div className="ev-kinds-head">
        <h3>By question kind</h3>
        <label>
          measure{' '}
          <select
            className="ui-input"
            value={measure}
            onChange={(event) => setMeasure(event.currentTarget.value as MeasureName)} // one of the options
          >
            {MEASURE_NAMES.map((name) => (
              <option key={name} value={name}>
                {MEASURE_LABELS[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <MeasureTable
        caption={`${MEASURE_LABELS[measure]} by question kind`}
        first="kind"
        names={names}
        rows={byKind}
      />
    </div>
  );
}

/** What the measured policies are called: a present one is named by its step, because the run may go on. */
function useNames(policies: readonly EvaluatedPolicy[]): string[] {
  const known = usePolicies();
  return policies.map(({ at, step }) =>
    at === 'now'
      ? `after step ${step}`
      : (known.find((policy) => policy.at === at)?.label ?? `after step ${step}`),
  );
}
