import type { RewardStage, TrainConfig } from '../../engine/index.ts';
import { difficultyOf, useIsRecorded, useSession, useShownRun } from '../../state/index.ts';

interface DiffRow {
  readonly label: string;
  readonly perception: string;
  readonly reasoning: string;
}

function weightsOf(config: TrainConfig, stage: RewardStage): string {
  const { weights, custom = [] } = config.recipes[stage];
  const own = custom.map(({ name, weight }) => [`custom:${name}`, weight] as const);
  return [...Object.entries(weights), ...own]
    .filter(([, weight]) => weight !== 0)
    .map(([term, weight]) => `${weight} · ${term}`)
    .join(' + ');
}

/** What changes between the stages, and what stays. */
export function StageDiff() {
  const config = useShownRun((run) => run.config);
  const isRecorded = useIsRecorded();
  // A recorded run's split was not recorded.
  const split = useSession((state) => (isRecorded ? null : state.split));
  const counts = { easy: 0, medium: 0, hard: 0 };
  for (const entry of split?.entries ?? []) counts[difficultyOf(entry, split!)]++;
  const relaxed = (stage: RewardStage): string => {
    const found = split?.relaxed.find((each) => each.stage === stage);
    return found ? ` — too few (${found.pool} of ${found.needed} needed): ${found.took}` : '';
  };
  const pool = (count: number): string => (split ? ` (${count} of ${split.entries.length})` : '');
  const rows: readonly DiffRow[] = [
    {
      label: 'questions',
      perception: `easy${pool(counts.easy)}${relaxed('perception')}`,
      reasoning: `medium${pool(counts.medium)}${relaxed('reasoning')}`,
    },
    {
      label: 'reward',
      perception: weightsOf(config, 'perception'),
      reasoning: weightsOf(config, 'reasoning'),
    },
    {
      label: 'asks',
      perception: 'does the description fit the image?',
      reasoning: 'is the final answer right?',
    },
    { label: 'KL reference', perception: 'the warm-up’s model', reasoning: 'the model at the switch' },
  ];
  const same: readonly (readonly [string, string])[] = [
    ['prompts × G', `${config.promptsPerStep} × ${config.groupSize}`],
    ['temperature', String(config.sampling.temperature)],
    ['learning rate', String(config.optimizer.learningRate)],
    ['KL coefficient', String(config.objective.klCoefficient)],
    ['clip', `1 − ${config.objective.clipLow} … 1 + ${config.objective.clipHigh}`],
  ];
  return (
    // Focusable, so that keys can scroll the panel where it has no button.
    <table className="stages-diff" tabIndex={0}>
      <caption>What changes between the stages, and what stays</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" data-stage="perception">
            Stage 1: perception
          </th>
          <th scope="col" data-stage="reasoning">
            Stage 2: reasoning
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.label}>
            <th scope="row">{row.label}</th>
            <td>{row.perception}</td>
            <td>{row.reasoning}</td>
          </tr>
        ))}
        {same.map(([label, value]) => (
          <tr key={label} className="stages-same">
            <th scope="row">{label}</th>
            <td colSpan={2}>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
