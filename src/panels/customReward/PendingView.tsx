import { answerPending, leaveLesson, useCustomReward, useLocked } from '../../state/index.ts';
import { Button, Locked } from '../../ui/index.ts';

/** Code from elsewhere: its text, and the question whether it may run. */
export function PendingView() {
  const pending = useCustomReward((state) => state.pendingCode);
  const isLocked = useLocked('setup');
  if (!pending) return null;
  const { origin, terms } = pending;
  const several = terms.length > 1;
  return (
    <section className="cr-pending" aria-label="Code that waits for your word" data-testid="pending-code">
      <h3>
        {several ? `${terms.length} reward terms` : 'A reward term'} from {origin} {several ? 'have' : 'has'}{' '}
        not run
      </h3>
      <p>
        This is code that somebody else may have written. In the sandbox it reaches no network, storage or
        page, but it decides what the policy is rewarded for. Read it; it runs only if you say so.
      </p>
      {terms.map(({ stage, term }) => (
        <figure key={`${stage} ${term.name}`}>
          <figcaption>
            <b>custom:{term.name}</b> × {term.weight} in {stage}
          </figcaption>
          <pre tabIndex={0} aria-label={`Code of ${term.name}`}>
            {term.code}
          </pre>
        </figure>
      ))}
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <div className="cr-actions">
          <Button variant="primary" onClick={() => answerPending(true)}>
            Allow and add to the recipe
          </Button>
          <Button onClick={() => answerPending(false)}>Discard</Button>
        </div>
      </Locked>
    </section>
  );
}
