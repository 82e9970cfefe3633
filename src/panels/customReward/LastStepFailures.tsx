import { useMemo } from 'react';
import { failuresOf, select, useNewestRecord } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

const SHOWN = 6;

/** Which responses of the newest step the custom terms failed on; nothing when on none. */
export function LastStepFailures() {
  const record = useNewestRecord();
  const failures = useMemo(() => (record ? failuresOf(record) : []), [record]);
  if (!record || failures.length === 0) return null;
  return (
    <section className="cr-section cr-failures" aria-label="Failures in the last step">
      <header className="cr-head">
        <h3>
          Step {record.step}: {failures.length} {failures.length === 1 ? 'failure' : 'failures'}, counted 0
        </h3>
      </header>
      <ul data-testid="custom-failures">
        {failures.slice(0, SHOWN).map(({ term, qid, group, rollout, error }) => (
          <li key={`${term} ${group} ${rollout}`}>
            <Button variant="quiet" onClick={() => select({ step: record.step, group, rollout })}>
              {qid}, response {rollout + 1}
            </Button>{' '}
            {term}: {error}
          </li>
        ))}
        {failures.length > SHOWN && <li>and {failures.length - SHOWN} more</li>}
      </ul>
    </section>
  );
}
