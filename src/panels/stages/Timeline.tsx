import type { StageChange } from '../../engine/index.ts';
import {
  useIsRecorded,
  useSeries,
  useSession,
  useShownRun,
  useWarmedStart,
  warmupText,
} from '../../state/index.ts';
import { formatNumber } from '../../ui/index.ts';
import { stageSpans } from './spans.ts';

const METRICS = ['reward', 'rewards/accuracy/mean', 'perception/f1'];
const NAMES: Readonly<Record<string, string>> = {
  reward: 'reward',
  'rewards/accuracy/mean': 'accuracy',
  'perception/f1': 'description F1',
};
const REASONS: Readonly<Record<StageChange['reason'], string>> = {
  plan: 'as planned',
  manual: 'by hand',
  plateau: 'the reward had flattened',
  start: 'start of the run',
};

/** Warm-up, perception, reasoning in a row, with what each has done so far. */
export function Timeline() {
  const isRecorded = useIsRecorded();
  const stage = useShownRun((run) => run.stage);
  const changes = useShownRun((run) => run.stageChanges);
  const step = useShownRun((run) => run.step);
  // The card at hand is that of the model which is loaded.
  const card = useSession((state) => (isRecorded ? null : state.card));
  const warmed = useWarmedStart();
  const series = useSeries(METRICS);
  const spans = stageSpans(changes, step);
  return (
    <ol className="stages-timeline" aria-label="Timeline of the stages">
      <li data-stage="warm-up" data-state="done">
        <h3>Warm-up</h3>
        <p>Learned the response format from worked examples, before this page was opened.</p>
        {!isRecorded && warmed && <p>Then warmed up here: {warmupText(warmed.rounds)}.</p>}
        {card && (
          <p className="stages-numbers">
            starts at accuracy {formatNumber(card.measured.accuracy, 2)}, description F1{' '}
            {formatNumber(card.measured.description_f1, 2)}
          </p>
        )}
        {card?.faults && (
          <p>Its teacher had planted faults for the stages to mend; the model card in Setup lists them.</p>
        )}
      </li>
      {(['perception', 'reasoning'] as const).map((name) => {
        const own = spans.filter((span) => span.stage === name);
        const state = name === stage ? 'now' : own.length > 0 ? 'done' : 'ahead';
        return (
          <li
            key={name}
            data-stage={name}
            data-state={state}
            aria-current={state === 'now' ? 'step' : undefined}
          >
            <h3>
              {name === 'perception' ? 'Stage 1: perception' : 'Stage 2: reasoning'}
              <span>{state === 'ahead' && isRecorded ? 'left out' : state}</span>
            </h3>
            <p>
              {name === 'perception'
                ? 'Easy questions; the reward looks at the description of the image.'
                : 'Medium questions; the reward looks at the final answer.'}
            </p>
            {own.map((span) => (
              <p key={span.from} className="stages-numbers">
                {span.to > span.from ? `steps ${span.from + 1}–${span.to}` : `from step ${span.from + 1}`}
                {span.reason && ` (${REASONS[span.reason]})`}
                <Gains steps={series.steps} values={series.values} from={span.from} to={span.to} />
              </p>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

interface GainsProps {
  readonly steps: Float64Array;
  readonly values: Readonly<Record<string, Float64Array>>;
  readonly from: number;
  readonly to: number;
}

/** First and last value of each metric within a span of steps. */
function Gains({ steps, values, from, to }: GainsProps) {
  const first = steps.findIndex((step) => step > from);
  const last = steps.findLastIndex((step) => step <= to);
  if (first < 0 || last < first) return null;
  return METRICS.map((name) => {
    const column = values[name];
    if (!Number.isFinite(column?.[first])) return null;
    return (
      <span key={name} className="stages-gain">
        {NAMES[name]} {hundredths(column[first])} → {hundredths(column[last])}
      </span>
    );
  });
}

/** Progress reads better as 0.01 → 0.66 than as 8.9e−3 → 0.66. */
const hundredths = (value: number): string => formatNumber(Math.round(value * 100) / 100, 2);
