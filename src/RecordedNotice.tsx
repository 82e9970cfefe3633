import { GraduationCap, Map as MapIcon, Play } from 'lucide-react';
import {
  isPristine,
  mayShowRecorded,
  openLesson,
  RECORDED_RUNS,
  runCommand,
  setLayout,
  SHIPPED_CHECKPOINTS,
  showLive,
  showRecorded,
  useAwaitedRecorded,
  useEnabled,
  useLesson,
  useSession,
  useShownRun,
} from './state/index.ts';
import { Button, Tabs } from './ui/index.ts';
import './recordedNotice.css';

interface RecordedNoticeProps {
  /** Where the run's own steps are not on screen, one line is enough. */
  readonly isBrief: boolean;
}

/** That what is on screen was recorded beforehand, which run it is, and the way to the reader's own. */
export function RecordedNotice({ isBrief }: RecordedNoticeProps) {
  const recorded = useShownRun((run) => run.recorded);
  const step = useShownRun((run) => run.step);
  const checkpoint = useShownRun((run) => run.checkpoint);
  const hasLesson = useLesson((state) => state.lesson !== null);
  const awaited = useAwaitedRecorded();
  const hasFailed = useSession((state) => state.status === 'failed');
  const hasOwn = useSession((state) => !isPristine(state));
  const canPlay = useEnabled('play');
  const canShow = useSession(mayShowRecorded);
  if (!recorded) {
    return awaited !== null && awaited !== 'undecided' ? (
      <p className="app-recorded app-recorded-quiet" role="status">
        Loading the recorded run…
      </p>
    ) : null;
  }
  return (
    <section className="app-recorded" aria-label="Recorded run" data-testid="recorded-notice">
      {!hasFailed && (
        <Button variant="primary" disabled={!canPlay} onClick={() => runCommand('play')}>
          <Play size={16} aria-hidden="true" /> {canPlay ? 'Play' : 'Loading…'}
        </Button>
      )}
      <div className="app-recorded-text">
        <h2>{titleOf(hasFailed)}</h2>
        {!isBrief && (
          <p>
            {step} steps from {aboutOf(checkpoint)}.
          </p>
        )}
      </div>
      <div className="app-recorded-choice">
        {!isBrief && (
          <Tabs
            label="Recorded runs"
            items={RECORDED_RUNS.map(({ name, label }) => ({ id: name, label }))}
            selected={recorded.name}
            onSelect={(name) => void showRecorded(name)}
          />
        )}
        {!hasLesson && (
          <>
            <Button onClick={() => void openLesson('tour')}>
              <MapIcon size={16} aria-hidden="true" /> Show me around
            </Button>
            <Button onClick={() => setLayout({ tab: 'help' })}>
              <GraduationCap size={16} aria-hidden="true" /> Lessons
            </Button>
          </>
        )}
        {hasOwn && canShow && <Button onClick={showLive}>Back to your run</Button>}
      </div>
    </section>
  );
}

/** The same in one line, where there is room for no more. */
export function RecordedLine() {
  const isRecorded = useShownRun((run) => run.recorded !== null);
  const hasFailed = useSession((state) => state.status === 'failed');
  return (
    isRecorded && (
      <p className="app-recorded app-recorded-quiet" data-testid="recorded-line">
        {titleOf(hasFailed)}
      </p>
    )
  );
}

function titleOf(hasFailed: boolean): string {
  return hasFailed
    ? 'Recorded run — training cannot run here, see above'
    : 'Recorded run — press Play to train live';
}

/** The checkpoint's name as Setup explains it. */
function aboutOf(checkpoint: string | null): string {
  const about = SHIPPED_CHECKPOINTS.find(({ name }) => name === checkpoint)?.about;
  return about === undefined ? (checkpoint ?? 'its policy') : `${checkpoint} (${about})`;
}
