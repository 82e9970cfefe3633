import {
  cancelEvaluation,
  evaluationBlocker,
  probe,
  PROBE_SAMPLES,
  useEvaluation,
  useEvaluationError,
  usePolicies,
  useSession,
} from '../../state/index.ts';
import type { EvaluatedPolicy } from '../../state/index.ts';
import { Button, formatInterval, formatNumber } from '../../ui/index.ts';

/** What each stage did, on held-out questions: the policies that the run has kept, on the same few samples. */
export function Probe() {
  const hasRun = useSession((state) => state.run !== null);
  const result = useEvaluation((state) => state.probe);
  const error = useEvaluationError();
  if (!hasRun) return null;
  return (
    <section className="stages-probe" aria-labelledby="stages-probe-title">
      <h3 id="stages-probe-title">Probe: the same questions before and after each stage</h3>
      <p>
        {result
          ? `${result.request.n} samples of the ${result.request.part} part, greedy, with 95 % bootstrap intervals.`
          : `The first ${PROBE_SAMPLES} held-out samples, greedy: what the training batches cannot show.`}
      </p>
      <Action />
      {error && (
        <p role="alert">
          {error.message} {error.suggestion}
        </p>
      )}
      {result && <Scores policies={result.policies} />}
    </section>
  );
}

function Action() {
  const progress = useEvaluation((state) => state.progress);
  const status = useSession((state) => state.status);
  const blocker = evaluationBlocker(status);
  if (progress && status !== 'lost' && status !== 'failed') {
    return (
      <p role="status">
        <progress value={progress.done} max={progress.total} aria-label="Samples measured" />{' '}
        <Button onClick={cancelEvaluation}>Cancel</Button>
      </p>
    );
  }
  return (
    <p>
      <Button disabled={blocker !== null} onClick={probe}>
        Measure
      </Button>{' '}
      {blocker}
    </p>
  );
}

function Scores({ policies }: { readonly policies: readonly EvaluatedPolicy[] }) {
  const known = usePolicies();
  return (
    <table className="ui-table">
      <thead>
        <tr>
          <th scope="col">policy</th>
          <th scope="col" data-numeric="true">
            accuracy
          </th>
          <th scope="col" data-numeric="true">
            description F1
          </th>
        </tr>
      </thead>
      <tbody>
        {policies.map(({ at, step, report }) => (
          <tr key={at}>
            <th scope="row">
              {at === 'now' ? `after step ${step}` : known.find((policy) => policy.at === at)?.label}
            </th>
            {(['accuracy', 'description_f1'] as const).map((measure) => (
              <td key={measure} data-numeric="true">
                {formatNumber(report[measure], 2)} {formatInterval(report.intervals[measure], 2)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
