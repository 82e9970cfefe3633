/** Quantiles of the advantages of each kept step, computed once a record. */
import type { StepRecord } from '../../engine/index.ts';
import { quantile } from '../../ui/index.ts';
import { ADVANTAGE_QUANTILES } from './chartList.ts';
import type { AdvantageQuantile } from './chartList.ts';

type Quantiles = Readonly<Record<AdvantageQuantile, number>>;
const cache = new WeakMap<StepRecord, Quantiles>();

function quantilesOf(record: StepRecord): Quantiles {
  const known = cache.get(record);
  if (known) return known;
  const advantages = record.groups.flatMap((group) => group.rollouts.map((rollout) => rollout.advantage));
  const at = (name: AdvantageQuantile) => quantile(advantages, ADVANTAGE_QUANTILES[name]);
  const quantiles = { p5: at('p5'), p25: at('p25'), p50: at('p50'), p75: at('p75'), p95: at('p95') };
  cache.set(record, quantiles);
  return quantiles;
}

export interface AdvantageSeries {
  readonly steps: readonly number[];
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** records in step order → one column a quantile. */
export function advantageSeries(records: readonly StepRecord[]): AdvantageSeries {
  const rows = records.map(quantilesOf);
  const column = (name: AdvantageQuantile) => rows.map((row) => row[name]);
  return {
    steps: records.map((record) => record.step),
    values: {
      p5: column('p5'),
      p25: column('p25'),
      p50: column('p50'),
      p75: column('p75'),
      p95: column('p95'),
    },
  };
}
