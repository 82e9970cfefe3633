import {
  cancelWarmup,
  evaluationBlocker,
  leaveLesson,
  startFrom,
  useEvaluation,
  useLocked,
  useSession,
  useWarmedStart,
  useWarmup,
  useWarmupError,
  warmUp,
} from '../../../state/index.ts';
import { suiteOf } from '../../../engine/tasks/index.ts';
import { Button, Locked } from '../../../ui/index.ts';
import { linesOf, readDraft, type ReadDraft } from './draft.ts';
import { FaultEditor } from './FaultEditor.tsx';
import { NumberFields } from './NumberFields.tsx';
import { WarmedStartView } from './WarmedStartView.tsx';
import { WarmupProgressView } from './WarmupProgressView.tsx';
import './warmup.css';

/** Makes the policy that a run starts from good or bad at seeing or at reasoning, by a teacher with chosen faults. */
export function WarmupSection() {
  const tasks = useSession((state) => (state.run ? state.tasks : null));
  if (!tasks) return null;
  return (
    <section className="stages-warmup" aria-labelledby="stages-warmup-title" data-testid="warmup">
      <h3 id="stages-warmup-title">Warm-up: choose what the stages have to mend</h3>
      <p>
        Supervised training on a teacher’s worked responses, before any reward. The teacher makes the mistakes
        that you plant: misread attributes are for stage 1 to mend, slips in the reasoning for stage 2. What
        it makes of this run’s first policy is what a new run starts from.
      </p>
      {tasks.origin === 'built-in' ? (
        <Editor tasks={tasks.name} />
      ) : (
        <p>Your own questions have no teacher with worked responses. Choose built-in questions in Setup.</p>
      )}
      <WarmedStartView />
    </section>
  );
}

function Editor({ tasks }: { readonly tasks: string }) {
  const draft = useWarmup((state) => state.draft);
  const progress = useWarmup((state) => state.progress);
  const error = useWarmupError();
  const isLocked = useLocked('stages');
  const teacher = suiteOf(tasks);
  const read = readDraft(draft, teacher);
  return (
    <>
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <fieldset className="stages-warmup-form" disabled={progress !== null}>
          <legend className="ui-visually-hidden">The next warm-up</legend>
          <FaultEditor teacher={teacher} lines={linesOf(draft, teacher)} read={read} />
          <NumberFields draft={draft} errors={read.numbers} />
        </fieldset>
        {progress === null && <Action read={read} />}
      </Locked>
      {progress && (
        <>
          <WarmupProgressView progress={progress} />
          <Button onClick={cancelWarmup}>Cancel the warm-up</Button>
        </>
      )}
      {error && (
        <p className="stages-warmup-error" role="alert">
          ⚠ {error.message} {error.suggestion}
        </p>
      )}
    </>
  );
}

function Action({ read: { choice } }: { readonly read: ReadDraft }) {
  const isMeasuring = useEvaluation((state) => state.progress !== null);
  const warmed = useWarmedStart();
  const blocker = useSession(({ status }) => evaluationBlocker(status, 'warm-up'));
  const checkpoint = useSession((state) => state.run?.checkpointName);
  const step = useSession((state) => state.step);
  const why =
    blocker ??
    (isMeasuring ? 'An evaluation is under way.' : null) ??
    (choice === null ? 'Correct the fields marked ⚠ first.' : null);
  return (
    <div className="stages-warmup-actions">
      <Button
        variant="primary"
        disabled={why !== null}
        aria-describedby="stages-warmup-why"
        onClick={() => choice && warmUp(choice)}
      >
        Warm up
      </Button>
      {warmed && (
        <Button disabled={blocker !== null} onClick={() => startFrom(null, false)}>
          Go back to {checkpoint} as shipped
        </Button>
      )}
      <p id="stages-warmup-why">
        {why ??
          (step > 0
            ? 'Ends with a new run at step 0; this one is kept in Runs.'
            : 'Ends with a new run at step 0.')}
      </p>
    </div>
  );
}
