import { evaluate, startRun, useEvaluation, useEvaluationError, useSession } from '../../state/index.ts';
import { Button, EmptyState, Panel } from '../../ui/index.ts';
import { Choices } from './Choices.tsx';
import { Result } from './Result.tsx';
import './evaluation.css';

/** Measures policies of the run on samples that it does not train on. */
export function EvaluationPanel() {
  const hasRun = useSession((state) => state.run !== null);
  const hasFailed = useSession((state) => state.status === 'failed');
  return (
    <Panel
      title="Evaluation"
      testId="panel-evaluation"
      note="policies of this run on the same samples, with 95 % bootstrap intervals"
    >
      {hasRun ? <Workbench /> : <NoRun hasFailed={hasFailed} />}
    </Panel>
  );
}

function NoRun({ hasFailed }: { readonly hasFailed: boolean }) {
  const isBooting = useSession((state) => state.status === 'booting');
  if (isBooting) return <EmptyState title="Loading the model…" tone="loading" />;
  if (!hasFailed)
    return (
      <EmptyState
        title="No model is loaded"
        tone="error"
        action={<Button onClick={() => startRun(false)}>Load it again</Button>}
      >
        The message at the top of the page says why.
      </EmptyState>
    );
  return (
    <EmptyState title="No run, no policies" tone="error">
      The engine did not start; the message at the top of the page says why.
    </EmptyState>
  );
}

function Workbench() {
  const result = useEvaluation((state) => state.result);
  const isBusy = useEvaluation((state) => state.progress !== null);
  const error = useEvaluationError();
  return (
    <>
      <Choices />
      {error && !isBusy && (
        <EmptyState
          title="Nothing was measured"
          tone="error"
          action={<Button onClick={evaluate}>Try again</Button>}
        >
          {error.message} {error.suggestion}
        </EmptyState>
      )}
      {result && <Result result={result} />}
      {!result && !error && !isBusy && (
        <EmptyState title="Nothing measured yet">
          Charts show the training batches. Evaluate asks a policy fresh questions, and the start of the run
          the same ones: what has it learned?
        </EmptyState>
      )}
    </>
  );
}
