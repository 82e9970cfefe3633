import { OWN_SET } from '../../../runs/index.ts';
import {
  startRun,
  useConfig,
  useConfigChanges,
  useLocked,
  useOwnSamples,
  useSession,
  useTaskFiles,
} from '../../../state/index.ts';
import { Button } from '../../../ui/index.ts';

/** What became of the samples that were given to the import, and the way of them into the run. */
export function GivenLine() {
  const samples = useOwnSamples((state) => state.samples);
  const given = useOwnSamples((state) => state.given);
  const { importing, report } = useTaskFiles();
  const isBusy = useSession((session) => session.status === 'booting');
  const isLocked = useLocked('setup');
  const isChosen = useConfig(({ tasks }) => tasks.from === 'imported' && tasks.name === OWN_SET);
  const isWaiting = useConfigChanges().some(({ path }) => path === 'tasks');
  if (!given) return null;
  if (importing) return <p role="status">Checking the samples…</p>;
  // Another import has come since.
  if (!report?.name.startsWith(OWN_SET)) return null;
  if (!report.ok) {
    return (
      <p className="sa-relaxed" role="alert">
        <b>Not loaded:</b> {report.problems[0]?.message}
      </p>
    );
  }
  // Other questions have been chosen since.
  if (!isChosen) return null;
  return (
    <div className="own-tools" role="status" data-testid="own-given">
      <span>
        {isWaiting ? 'The next run trains on ' : 'The run has '}
        {given.length === 1 ? 'your sample' : `your ${given.length} samples`}
        {given !== samples && ' as they were; press Train on these again for the changes'}.
      </span>
      {isWaiting && (
        <Button variant="primary" disabled={isBusy || isLocked} onClick={() => startRun(false)}>
          Apply &amp; restart
        </Button>
      )}
    </div>
  );
}
