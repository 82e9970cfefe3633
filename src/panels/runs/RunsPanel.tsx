import { Link, Upload } from 'lucide-react';
import { useRef } from 'react';
import { importRunFile, leaveLesson, runCommand, useLocked, useRuns } from '../../state/index.ts';
import { Button, EmptyState, Locked, Panel } from '../../ui/index.ts';
import { Comparison } from './Comparison.tsx';
import { RecordedRuns } from './RecordedRuns.tsx';
import { RunCard } from './RunCard.tsx';
import { StorageLine } from './StorageLine.tsx';
import { useAction, type Action } from './useAction.ts';
import './runs.css';

const ICON = 16;

/** The list of runs and what can be done with them. */
export function RunsPanel() {
  const runs = useRuns((state) => state.runs);
  const isOpening = useRuns((state) => state.storage.kind === 'opening');
  const action = useAction();
  const isLocked = useLocked('runs');
  return (
    <Panel
      title="Runs"
      testId="panel-runs"
      note={<StorageLine />}
      actions={
        <>
          <ImportButton action={action} />
          <Button onClick={() => runCommand('copyLink')}>
            <Link size={ICON} aria-hidden="true" /> Copy link to this view
          </Button>
        </>
      }
    >
      <Outcome action={action} />
      <Comparison />
      {runs.length === 0 && isOpening && <EmptyState title="Looking for stored runs…" tone="loading" />}
      {runs.length === 0 && !isOpening && (
        <EmptyState
          title="No runs yet"
          action={
            <Button variant="primary" onClick={() => runCommand('play')}>
              Play
            </Button>
          }
        >
          A run appears here with its first phase and is kept on this device as it trains.
        </EmptyState>
      )}
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <ul className="runs-list">
          {runs.map((run) => (
            <RunCard key={run.id} run={run} action={action} />
          ))}
        </ul>
      </Locked>
      <RecordedRuns />
    </Panel>
  );
}

function ImportButton({ action }: { readonly action: Action }) {
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined): void => {
    if (!file) return;
    action.run(`Reading ${file.name}…`, async () => {
      await importRunFile(file);
      return `${file.name} is in the list.`;
    });
  };
  return (
    <>
      <Button disabled={action.busy !== null} onClick={() => input.current?.click()}>
        <Upload size={ICON} aria-hidden="true" /> Import a run
      </Button>
      <input
        ref={input}
        type="file"
        accept=".zip,application/zip"
        hidden
        data-testid="run-file"
        onChange={(event) => {
          take(event.target.files?.[0]);
          // The same file can be chosen again.
          event.target.value = '';
        }}
      />
    </>
  );
}

/** What is being done, and what came of it. */
function Outcome({ action }: { readonly action: Action }) {
  const { busy, failure, done } = action;
  return (
    <>
      <p className="runs-outcome" role="status" data-testid="runs-status">
        {busy ?? done}
      </p>
      {failure && (
        <div className="runs-failure" role="alert" data-testid="runs-failure">
          <p>⚠ {failure}</p>
          <Button onClick={action.dismiss}>Dismiss</Button>
        </div>
      )}
    </>
  );
}
