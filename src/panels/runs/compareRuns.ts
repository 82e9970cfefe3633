/** Runs side by side: the fields in which their configs differ, and their best scores. */
import type { RunInfo } from '../../state/index.ts';
import { differences, valueAt, warmupText } from '../../state/index.ts';
import { fieldText, formatNumber } from '../../ui/index.ts';

/** What is compared of a run. */
export type Compared = Pick<RunInfo, 'id' | 'name' | 'config' | 'checkpoint' | 'warmups' | 'step' | 'best'>;

export interface ComparedRow {
  readonly label: string;
  /** A field of the config by its dotted path, or a score. */
  readonly kind: 'field' | 'score';
  /** One a run. */
  readonly cells: readonly string[];
}

/** Scores a run is known by, as the page calls them. */
export const SCORE_NAMES = [
  ['reward', 'reward'],
  ['rewards/accuracy/mean', 'accuracy'],
  ['perception/f1', 'description F1'],
] as const;

/** Differing fields first, in the config's order, then steps and best scores. */
export function compareRuns(runs: readonly Compared[]): ComparedRow[] {
  const paths = new Set(
    runs.slice(1).flatMap(({ config }) => differences('', runs[0].config, config).map(({ path }) => path)),
  );
  // Where one run has a whole part that another lacks, its fields are in that part's row.
  const fields = [...paths].filter((path) => ![...paths].some((other) => path.startsWith(`${other}.`)));
  const rows = fields.map((path): ComparedRow => ({
    label: path,
    kind: 'field',
    cells: runs.map(({ config }) => fieldText(valueAt(config, path), path)),
  }));
  const checkpoints = runs.map(({ checkpoint }) => checkpoint);
  if (new Set(checkpoints).size > 1) rows.push({ label: 'checkpoint', kind: 'field', cells: checkpoints });
  const warmups = runs.map((run) => warmupText(run.warmups));
  if (new Set(warmups).size > 1) rows.push({ label: 'warm-up', kind: 'field', cells: warmups });
  return [
    ...rows,
    { label: 'steps', kind: 'score', cells: runs.map(({ step }) => String(step)) },
    ...SCORE_NAMES.map(([metric, label]): ComparedRow => ({
      label: `best ${label}`,
      kind: 'score',
      cells: runs.map(({ best }) => {
        const score = best[metric];
        return score ? `${formatNumber(score.value)} at step ${score.step}` : '–';
      }),
    })),
  ];
}
