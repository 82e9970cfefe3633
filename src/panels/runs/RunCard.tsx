import { Copy, Download, Layers, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import {
  deleteRun,
  differences,
  duplicateRun,
  editRun,
  exportRunFile,
  megabytes,
  MOST_OVERLAYS,
  resumeRun,
  toggleOverlay,
  useOverlayIds,
  useRuns,
  useSession,
  warmupChanges,
  type RunInfo,
} from '../../state/index.ts';
import { Button, ChangeList, formatNumber } from '../../ui/index.ts';
import { PRESETS } from '../../engine/rl/presets.ts';
import { Checkpoints } from './Checkpoints.tsx';
import { ColourChoice } from './ColourChoice.tsx';
import { DeleteQuestion } from './DeleteQuestion.tsx';
import { ForkForm } from './ForkForm.tsx';
import { SCORE_NAMES } from './compareRuns.ts';
import type { Action } from './useAction.ts';

const ICON = 16;
interface RunCardProps {
  readonly run: RunInfo;
  readonly action: Action;
}

/** A run: who it is, where it came from, how far it got, and what can be done with it. */
export function RunCard({ run, action }: RunCardProps) {
  const isElsewhere = useRuns((state) => state.elsewhere.has(run.id));
  const isReady = useSession((state) => state.status !== 'booting' && state.status !== 'failed');
  const isLive = run.origin === 'live';
  return (
    <li className="runs-card" data-run={run.id} data-origin={run.origin} data-testid="run">
      <div className="runs-head">
        <ColourChoice run={run} />
        <NameField key={run.name} run={run} />
        <span className="runs-chip">{run.preset}</span>
        {isLive && (
          <span className="runs-chip" data-tone="live">
            ● under way here
          </span>
        )}
        {isElsewhere && (
          <span className="runs-chip" data-tone="elsewhere">
            open in another tab: fork it to go on here
          </span>
        )}
      </div>
      <Progress run={run} />
      <Origin run={run} />
      <Actions run={run} action={action} isElsewhere={isElsewhere} isReady={isReady} />
      {run.kept.length > 0 && (
        <Checkpoints
          run={run}
          action={action}
          isReady={isReady && action.busy === null}
          isElsewhere={isElsewhere}
        />
      )}
    </li>
  );
}

/** The name, taken when Enter is pressed or the field is left; Esc gives the old one back. */
function NameField({ run }: { readonly run: RunInfo }) {
  const [text, setText] = useState(run.name);
  const take = (): void => {
    const name = text.trim().slice(0, 80);
    if (name === '') setText(run.name);
    else if (name !== run.name) void editRun(run.id, { name });
  };
  return (
    <input
      className="ui-input runs-name"
      aria-label={`Name of ${run.name}`}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        setText(run.name);
      }}
    />
  );
}

function Progress({ run }: { readonly run: RunInfo }) {
  const stage = run.stageChanges.at(-1)?.to;
  return (
    <dl className="runs-scores">
      <div>
        <dt>steps</dt>
        <dd data-testid="run-steps">
          {run.step}
          {stage && run.step > 0 && <span data-stage={stage}> · {stage}</span>}
        </dd>
      </div>
      {SCORE_NAMES.map(([name, label]) => {
        const best = run.best[name];
        return (
          <div key={name}>
            <dt>best {label}</dt>
            <dd>
              {formatNumber(best?.value)}
              {best && <small> at step {best.step}</small>}
            </dd>
          </div>
        );
      })}
      {run.bytes > 0 && (
        <div>
          <dt>storage</dt>
          <dd>about {megabytes(run.bytes)}</dd>
        </div>
      )}
    </dl>
  );
}

/** What differs from the run it came from; without one, from the preset. */
function Origin({ run }: { readonly run: RunInfo }) {
  const { parent, config, tasks, checkpoint, warmups } = run;
  const preset = PRESETS[run.preset as keyof typeof PRESETS];
  const changes = [
    ...warmupChanges(parent?.warmups, warmups),
    ...differences('', parent?.config ?? preset, config),
  ];
  const from = parent
    ? `${parent.step > 0 ? `forked from ${parent.name} at step ${parent.step}` : `begun after ${parent.name}`}, `
    : `preset ${run.preset}, `;
  return (
    <div className="runs-origin">
      <p>
        {from}
        {changes.length === 0
          ? 'same config'
          : changes.length === 1
            ? '1 change:'
            : `${changes.length} changes:`}{' '}
        <span className="runs-quiet">
          (tasks {tasks.name}, from {checkpoint}
          {warmups && ' warmed up'}, {new Date(run.createdAt).toLocaleString()})
        </span>
      </p>
      {changes.length > 0 && <ChangeList changes={changes} />}
    </div>
  );
}

interface ActionsProps extends RunCardProps {
  readonly isElsewhere: boolean;
  readonly isReady: boolean;
}

function Actions({ run, action, isElsewhere, isReady }: ActionsProps) {
  const [isAsking, setAsking] = useState(false);
  const isLive = run.origin === 'live';
  const isIdle = action.busy === null;
  const hasState = run.kept.length > 0;
  if (isAsking) {
    return (
      <DeleteQuestion
        what={run.name}
        text={`Delete “${run.name}” with its ${run.step} steps from this device?`}
        onKeep={() => setAsking(false)}
        onDelete={() => {
          setAsking(false);
          action.run(`Deleting ${run.name}…`, async () => {
            await deleteRun(run.id);
            return `“${run.name}” is deleted.`;
          });
        }}
      />
    );
  }
  return (
    <div className="runs-actions">
      {!isLive && run.step > 0 && <OverlayToggle run={run} action={action} />}
      {!isLive && (
        <Button
          variant="primary"
          disabled={!isIdle || !isReady || isElsewhere}
          onClick={() =>
            action.run(`Opening ${run.name}…`, async () => {
              await resumeRun(run.id);
              return null;
            })
          }
        >
          <Play size={ICON} aria-hidden="true" /> Resume at step {run.step}
        </Button>
      )}
      <Button
        disabled={!isIdle || !isReady || !hasState}
        title="The same config once more from the same initial weights"
        onClick={() =>
          action.run(`Duplicating ${run.name}…`, async () => {
            await duplicateRun(run.id);
            return null;
          })
        }
      >
        <Copy size={ICON} aria-hidden="true" /> Duplicate
      </Button>
      <Button
        disabled={!isIdle || !hasState}
        onClick={() =>
          action.run(`Packing ${run.name}…`, async (say) => {
            await exportRunFile(run.id, (share) => say(`Packing ${run.name}: ${Math.round(100 * share)} %`));
            return `“${run.name}” is packed: the browser saves it.`;
          })
        }
      >
        <Download size={ICON} aria-hidden="true" /> Export
      </Button>
      {!isLive && (
        <Button disabled={!isIdle || isElsewhere} onClick={() => setAsking(true)}>
          <Trash2 size={ICON} aria-hidden="true" /> Delete
        </Button>
      )}
      {hasState && <ForkForm run={run} action={action} isReady={isReady && isIdle} />}
    </div>
  );
}

/** Draws the run in Charts beside the one under way. */
function OverlayToggle({ run, action }: RunCardProps) {
  const overlays = useOverlayIds();
  const isDrawn = overlays.includes(run.id);
  const isFull = !isDrawn && overlays.length === MOST_OVERLAYS;
  return (
    <Button
      aria-pressed={isDrawn}
      disabled={action.busy !== null || isFull}
      title={
        isFull
          ? `${MOST_OVERLAYS} runs are drawn already: take one away first`
          : 'Draw its lines in Charts beside the run under way, and compare the two here'
      }
      onClick={() =>
        action.run(isDrawn ? `Taking ${run.name} away…` : `Reading ${run.name}…`, async () => {
          await toggleOverlay(run.id);
          return null;
        })
      }
    >
      <Layers size={ICON} aria-hidden="true" /> Overlay
    </Button>
  );
}
