import { useCustomReward } from '../../state/index.ts';
import type { Trial } from '../../state/index.ts';
import { Bar, EmptyState, formatNumber } from '../../ui/index.ts';

/** What the last trial gave, response by response. */
export function TrialTable() {
  const trial = useCustomReward((state) => state.trial);
  const code = useCustomReward((state) => state.edited.code);
  if (!trial) return null;
  if (trial.error !== null) {
    return (
      <EmptyState title="The sandbox failed" tone="error">
        {trial.error}
      </EmptyState>
    );
  }
  if (!trial.results) {
    return <EmptyState title={`Running on ${trial.responses.length} responses…`} tone="loading" />;
  }
  const { results } = trial;
  return (
    <div className="cr-trial">
      <p role="status" data-testid="trial-summary">
        <Summary trial={trial} />
        {trial.code !== code && <b> The code has changed since: try it again.</b>}
      </p>
      <div className="cr-scroll" tabIndex={0} role="group" aria-label="Results of the trial">
        <table className="cr-table" data-testid="trial">
          <caption className="ui-visually-hidden">
            What the term gave each response of {trial.qid} in step {trial.step}
          </caption>
          <thead>
            <tr>
              <th scope="col">Response</th>
              <th scope="col">Value</th>
              <th scope="col">Evidence or error</th>
              <th scope="col" className="cr-number">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {results.map((result, r) => (
              <tr key={r} data-failed={result.error !== null}>
                <th scope="row">
                  <b>{r + 1}</b> <span className="cr-response">{trial.responses[r]}</span>
                </th>
                <td className="cr-value">
                  {result.value === null ? (
                    <>✗ error</>
                  ) : (
                    <>
                      {formatNumber(result.value)}
                      <Bar
                        share={result.value}
                        label={`value ${formatNumber(result.value)}`}
                        token="--accent"
                      />
                    </>
                  )}
                </td>
                <td>{result.error ?? (result.note === '' ? spansText(result.spans) : result.note)}</td>
                <td className="cr-number">{result.milliseconds.toFixed(1)} ms</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function spansText(spans: readonly { start: number; end: number; label: string }[]): string {
  return spans.map(({ start, end, label }) => `${label === '' ? '' : `${label} `}${start}–${end}`).join(', ');
}

/** Whether the group would learn from this term, in a sentence. */
function Summary({ trial: { results } }: { readonly trial: Trial }) {
  const values = (results ?? []).flatMap(({ value }) => value ?? []);
  const failures = (results?.length ?? 0) - values.length;
  const failed = failures === 0 ? '' : ` ${failures} failed and would count 0.`;
  if (values.length === 0) return <>No response got a value.{failed}</>;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high && failures === 0) {
    return <>Every response got {formatNumber(low)}: alone, this term would teach nothing here.</>;
  }
  return (
    <>
      Values from {formatNumber(low)} to {formatNumber(high)}.{failed}
    </>
  );
}
