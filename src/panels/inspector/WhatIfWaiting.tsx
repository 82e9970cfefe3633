import { askAgain, useIsRecorded, useRewardError, useSession } from '../../state/index.ts';
import { Button, EmptyState } from '../../ui/index.ts';

/** Why terms of an edited response have no value yet, and what would give them one. */
export function WhatIfWaiting({ missing }: { readonly missing: readonly string[] }) {
  const error = useRewardError();
  const status = useSession((session) => session.status);
  const hasRun = useSession((session) => session.run !== null);
  const isRecorded = useIsRecorded();
  const terms = missing.join(', ');
  if (isRecorded) {
    return (
      <p className="in-quiet" data-testid="what-if-pending">
        not recorded: {terms} — an edited text is measured by model and scorer; train live to have that
      </p>
    );
  }
  if (error) {
    return (
      <EmptyState
        title={`No value of ${terms} came back`}
        tone="error"
        action={<Button onClick={askAgain}>Ask again</Button>}
      >
        {error.message} {error.suggestion}
      </EmptyState>
    );
  }
  return (
    <p className="in-quiet" role="status" aria-busy={hasRun} data-testid="what-if-pending">
      pending: {terms} — {reason(hasRun, status)}
    </p>
  );
}

function reason(hasRun: boolean, status: string): string {
  if (!hasRun)
    return 'they need the model, which is not loaded: start a run to have the edited text measured';
  switch (status) {
    case 'running':
    case 'stepping':
      return 'the run goes on, and measures the edited text when its phase ends';
    case 'lost':
    case 'failed':
      return 'the run stands still after an error, and measures the edited text when it goes on';
    default:
      return 'the edited text is being measured';
  }
}
