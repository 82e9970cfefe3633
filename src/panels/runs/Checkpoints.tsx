import { BookmarkPlus, GitFork, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import {
  deleteCheckpoint,
  forkRun,
  KEEP_EVERY,
  megabytes,
  runCommand,
  setKeepEvery,
  useEnabled,
  useKeepEvery,
  type Checkpoint,
  type KeepEvery,
  type RunInfo,
} from '../../state/index.ts';
import { Button } from '../../ui/index.ts';
import { DeleteQuestion } from './DeleteQuestion.tsx';
import type { Action } from './useAction.ts';

const ICON = 14;
const WHY: Readonly<Record<Checkpoint['why'], string>> = {
  start: 'start of the run',
  stage: 'a stage begins',
  interval: 'one every few steps',
  reader: 'kept by you',
};

interface CheckpointsProps {
  readonly run: RunInfo;
  readonly action: Action;
  /** Runs can be begun and deleted from here now. */
  readonly isReady: boolean;
  readonly isElsewhere: boolean;
}

/** The states of a run that stay: each can be forked, and all but the start deleted. */
export function Checkpoints(props: CheckpointsProps) {
  const { run } = props;
  const bytes = run.kept.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <details className="runs-checkpoints" data-testid="checkpoints">
      <summary>
        {run.kept.length === 1 ? '1 checkpoint' : `${run.kept.length} checkpoints`}, {megabytes(bytes)}
      </summary>
      {run.origin === 'live' && <Keeping />}
      <div className="runs-scroll">
        <table className="ui-table">
          <caption className="runs-quiet">
            A fork is a run of its own that goes on from there with the same config.
          </caption>
          <thead>
            <tr>
              <th scope="col" data-numeric="true">
                after step
              </th>
              <th scope="col">stage</th>
              <th scope="col" data-numeric="true">
                size
              </th>
              <th scope="col">why</th>
              <th scope="col">actions</th>
            </tr>
          </thead>
          <tbody>
            {run.kept.map((one) => (
              <tr key={one.step}>
                <th scope="row" data-numeric="true">
                  {one.step}
                </th>
                <td>{one.stage}</td>
                <td data-numeric="true">{megabytes(one.bytes)}</td>
                <td>{WHY[one.why]}</td>
                <td>
                  <CheckpointActions {...props} one={one} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function CheckpointActions(props: CheckpointsProps & { readonly one: Checkpoint }) {
  const { run, action, isReady, isElsewhere, one } = props;
  const [isAsking, setAsking] = useState(false);
  if (isAsking) {
    return (
      <DeleteQuestion
        what={`the checkpoint of step ${one.step}`}
        text={`Delete the checkpoint of step ${one.step} from this device?`}
        onKeep={() => setAsking(false)}
        onDelete={() => {
          setAsking(false);
          action.run(`Deleting the checkpoint of step ${one.step}…`, async () => {
            await deleteCheckpoint(run.id, one.step);
            return `The checkpoint of step ${one.step} of “${run.name}” is deleted.`;
          });
        }}
      />
    );
  }
  return (
    <div className="runs-actions">
      <Button
        disabled={!isReady}
        aria-label={`Fork ${run.name} at step ${one.step}`}
        onClick={() =>
          action.run(`Forking ${run.name}…`, async () => {
            await forkRun(run.id, one.step, 'same');
            return null;
          })
        }
      >
        <GitFork size={ICON} aria-hidden="true" /> Fork
      </Button>
      {one.step > 0 && (
        <Button
          variant="quiet"
          disabled={action.busy !== null || isElsewhere}
          aria-label={`Delete the checkpoint of step ${one.step}`}
          onClick={() => setAsking(true)}
        >
          <Trash2 size={ICON} aria-hidden="true" /> Delete
        </Button>
      )}
    </div>
  );
}

/** Which states of the run under way are to stay. */
function Keeping() {
  const every = useKeepEvery();
  const canKeep = useEnabled('keepStep');
  const id = useId();
  return (
    <div className="runs-actions">
      <label htmlFor={id}>Keep a checkpoint</label>
      <select
        id={id}
        className="ui-input"
        value={every}
        aria-describedby={`${id}-how`}
        onChange={(event) => setKeepEvery(Number(event.target.value) as KeepEvery)}
      >
        {KEEP_EVERY.map((steps) => (
          <option key={steps} value={steps}>
            {steps === 0 ? 'at stage changes only' : steps === 1 ? 'every step' : `every ${steps} steps`}
          </option>
        ))}
      </select>
      <Button disabled={!canKeep} data-command="keepStep" onClick={() => runCommand('keepStep')}>
        <BookmarkPlus size={ICON} aria-hidden="true" /> Keep this step
      </Button>
      <p id={`${id}-how`} className="runs-quiet">
        Of those kept every few steps at most 8 stay, in at most 64 MB: older ones are thinned, yours never.
      </p>
    </div>
  );
}
