import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import {
  isPristine,
  resumable,
  resumeRun,
  setLayout,
  useRuns,
  useSession,
  useWarmedStart,
} from './state/index.ts';
import { Button } from './ui/index.ts';
import './resumeOffer.css';

/** After a reload: the run worked on last, ready to go on where it stood. */
export function ResumeOffer() {
  const run = useRuns(resumable);
  const isShown = useSession((state) => isPristine(state) && state.status !== 'failed');
  const isWarmed = useWarmedStart() !== null;
  const isReady = useSession((state) => state.status === 'idle');
  const [isDeclined, setDeclined] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  if (isWarmed || !run || !isShown || isDeclined) return null;
  const goOn = (): void => {
    setFailure(null);
    resumeRun(run.id).catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <section className="app-resume" aria-label="Go on with a run" data-testid="resume-offer">
      <p>
        Your run <strong>{run.name}</strong> is kept up to step {run.step}. It goes on with the same numbers
        as if it had never stopped.
      </p>
      <div>
        <Button variant="primary" disabled={!isReady} onClick={goOn}>
          <RotateCw size={16} aria-hidden="true" /> Go on with {run.name} at step {run.step}
        </Button>
        <Button onClick={() => setLayout({ tab: 'runs' })}>All runs</Button>
        <Button variant="quiet" onClick={() => setDeclined(true)}>
          Not now
        </Button>
      </div>
      {failure && <p role="alert">⚠ {failure}</p>}
    </section>
  );
}
