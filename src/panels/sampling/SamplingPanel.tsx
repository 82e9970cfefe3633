import { useState } from 'react';
import { cancelSplit, estimateSplit, leaveLesson, useLocked, useSession } from '../../state/index.ts';
import { Bar, Button, EmptyState, Locked, Panel } from '../../ui/index.ts';
import { OwnSection } from './OwnSection.tsx';
import { SampleGrid } from './SampleGrid.tsx';
import { SplitSection } from './SplitSection.tsx';
import './sampling.css';

/** Dataset-level sampling: what the policy can already do decides which stage trains on which question. */
export function SamplingPanel() {
  const split = useSession((session) => session.split);
  const tasks = useSession((session) => session.tasks);
  const isLocked = useLocked('split');
  const isLesson = useLocked('play');
  const [bin, setBin] = useState<number | null>(null);
  return (
    <Panel
      title="Data sampling"
      testId="sampling-panel"
      note={tasks && `${tasks.name} · ${tasks.sizes.train} train, ${tasks.sizes.heldout} held out`}
      actions={
        <Locked locked={isLocked} onLeave={leaveLesson}>
          <SplitActions />
        </Locked>
      }
    >
      <div className="sa-panel">
        <SplitProgress />
        {split ? (
          <SplitSection split={split} selectedBin={bin} onSelectBin={setBin} />
        ) : (
          <EmptyState title="Not split yet">
            The policy first answers each question n times. How often it is right decides: always → easy, for
            the perception stage; sometimes → medium, for the reasoning stage; never → hard.{' '}
            {isLesson ? 'The lesson says when to press Estimate.' : 'Press Play or Estimate.'}
          </EmptyState>
        )}
        <OwnSection />
        {tasks && <SampleGrid bin={bin} onClearBin={() => setBin(null)} hasSplit={split !== null} />}
      </div>
    </Panel>
  );
}

/** Estimate, cancel, go on: what fits the state of the split. */
function SplitActions() {
  const status = useSession((session) => session.status);
  const split = useSession((session) => session.split);
  const remaining = useSession((session) => session.splitRemaining);
  const cancelled = useSession((session) => session.splitCancelled);
  const policyHash = useSession((session) => session.policyHash);
  const busy = status === 'running' || status === 'stepping';
  if (remaining > 0 && busy) {
    return (
      <Button onClick={cancelSplit} data-testid="split-cancel">
        Cancel
      </Button>
    );
  }
  const unfinished =
    split && remaining > 0
      ? { done: split.entries.length, total: split.entries.length + remaining, policyHash: split.policyHash }
      : cancelled;
  const disabled = status === 'booting' || status === 'lost' || status === 'failed' || busy;
  const outdated = unfinished !== null && policyHash !== null && unfinished.policyHash !== policyHash;
  const restarts = busy ? 'Pause first: a new split restarts the sampling of questions' : undefined;
  return (
    <>
      {unfinished && (
        <Button
          variant="primary"
          onClick={() => estimateSplit({ resume: true })}
          disabled={disabled || outdated}
          title={
            outdated ? 'The policy was trained since: its pass counts would not fit those before' : restarts
          }
          data-testid="split-resume"
        >
          Resume estimate ({unfinished.done}/{unfinished.total})
        </Button>
      )}
      <Button
        onClick={() => estimateSplit({ resume: false })}
        disabled={disabled}
        title={restarts}
        data-testid="split-estimate"
      >
        {unfinished ? 'Start over' : split ? 'Re-estimate with the current policy' : 'Estimate'}
      </Button>
    </>
  );
}

function SplitProgress() {
  const done = useSession((session) => session.split?.entries.length ?? 0);
  const remaining = useSession((session) => session.splitRemaining);
  const isIdle = useSession(({ status }) => status !== 'running' && status !== 'stepping');
  if (remaining === 0 || done === 0) return null;
  const total = done + remaining;
  return (
    <div className="sa-progress" data-testid="split-progress">
      <Bar share={done / total} label={`split: ${done} of ${total} questions`} />
      <span>
        {done} of {total} questions{isIdle && ' · stopped, Resume goes on'}
      </span>
    </div>
  );
}
