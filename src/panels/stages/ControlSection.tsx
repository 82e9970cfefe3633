import { useState } from 'react';
import {
  controlMisfit,
  discardControl,
  keepControl,
  startControl,
  stopControl,
  useControl,
  useSession,
  type ControlRun,
} from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** The same run without stage 1 beside this one: what stage 1 is worth. */
export function ControlSection() {
  const control = useControl((state) => state.control);
  const misfit = useSession(controlMisfit);
  const isTraining = control !== null && control.status !== 'stopped' && control.status !== 'failed';
  return (
    <section className="stages-control" aria-labelledby="stages-control-title">
      <h3 id="stages-control-title">Control run: skip stage 1</h3>
      <p>
        The same config, seed and first weights, reasoning only, in a second worker. It trains on all train
        questions, without a split, up to the step of this run; Charts draws it beside this run, whose numbers
        stay as they are. Both share this device, so steps take longer.
      </p>
      {control && <ControlStatus control={control} />}
      <div className="stages-control-actions">
        {control === null && (
          <Button
            disabled={misfit !== null}
            aria-describedby="stages-control-why"
            onClick={() => startControl()}
          >
            Start the control run
          </Button>
        )}
        {control !== null && <KeepControl control={control} />}
        {isTraining && <Button onClick={stopControl}>Stop the control run</Button>}
        {control !== null && <Button onClick={discardControl}>Discard it</Button>}
        {control === null && misfit !== null && <p id="stages-control-why">{misfit}</p>}
      </div>
    </section>
  );
}

/** Makes the control run one of the list, once it stands at a step. */
function KeepControl({ control }: { readonly control: ControlRun }) {
  const [failure, setFailure] = useState<string | null>(null);
  const { status, step, keptAs } = control;
  if (keptAs !== null) return <p role="status">Kept in Runs as “{keptAs}”.</p>;
  const keep = (): void => {
    setFailure(null);
    keepControl().catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <>
      <Button disabled={step === 0 || status === 'loading' || status === 'stepping'} onClick={keep}>
        Keep it in Runs
      </Button>
      {failure !== null && <p role="alert">⚠ {failure}</p>}
    </>
  );
}

function ControlStatus({ control }: { readonly control: ControlRun }) {
  const step = useSession((state) => state.step);
  const { status, error, backend } = control;
  const at = `step ${control.step} of ${step}`;
  const text = {
    loading: `loading on ${backend}`,
    stepping: `${at}, training on ${backend}`,
    waiting: `${at}, waiting for this run`,
    stopped: `stopped after step ${control.step}; its lines stay in Charts`,
    failed: `failed after step ${control.step}`,
  }[status];
  return (
    <>
      <p className="stages-control-status" data-testid="control-status" data-status={status}>
        Control (no stage 1): {text}
      </p>
      {error && (
        <p className="stages-control-error" role="alert">
          ⚠ {error.where}: {error.message} {error.suggestion}
        </p>
      )}
    </>
  );
}
