import {
  mayShowRecorded,
  RECORDED_RUNS,
  showLive,
  showRecorded,
  useSession,
  useShownRun,
} from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** Runs that came with the page: to be looked at while the run under way rests. */
export function RecordedRuns() {
  const shown = useShownRun((run) => run.recorded?.name ?? null);
  const canShow = useSession(mayShowRecorded);
  return (
    <section className="runs-recorded" aria-label="Recorded runs" data-testid="recorded-runs">
      <h3>Recorded runs</h3>
      <p>Trained beforehand and shipped with the page, to be looked at; a live run has to rest meanwhile.</p>
      <ul>
        {RECORDED_RUNS.map(({ name, label }) => (
          <li key={name}>
            <span>{label}</span>
            {shown === name ? (
              <Button disabled={!canShow} onClick={showLive}>
                Hide
              </Button>
            ) : (
              <Button disabled={!canShow} onClick={() => void showRecorded(name)}>
                Show
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
