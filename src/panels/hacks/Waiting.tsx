import { askAgain, useRewardError, useSession } from '../../state/index.ts';
import { Button, EmptyState } from '../../ui/index.ts';

/** Why the answer is not there yet, or why it will not come. */
export function Waiting({ what }: { readonly what: 'responses' | 'reward' }) {
  const error = useRewardError();
  const status = useSession((state) => state.status);
  const phase = useSession((state) => state.phase);
  if (error) {
    return (
      <EmptyState
        title={`No ${what} came back`}
        tone="error"
        action={<Button onClick={askAgain}>Ask again</Button>}
      >
        {error.message} {error.suggestion}
      </EmptyState>
    );
  }
  return (
    <p className="ha-quiet ha-waiting" role="status" aria-busy="true" data-testid="hack-waiting">
      {waitingText(what, status, phase)}
    </p>
  );
}

function waitingText(what: string, status: string, phase: string): string {
  switch (status) {
    case 'running':
    case 'stepping':
      return `The run goes on; the ${what} will be here when its ${phase} phase ends.`;
    case 'lost':
    case 'failed':
      return `The run stands still after an error; the ${what} will be here when it goes on.`;
    default:
      return what === 'reward' ? 'Computing the reward…' : 'Writing the responses…';
  }
}
