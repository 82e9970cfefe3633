import { useSession } from '../../state/index.ts';
import { STEP_PHASES } from './phases.ts';

/** The phases of a step in a row: done ones ticked, the one under way filled, the next one outlined. */
export function PhaseStrip() {
  const phase = useSession((state) => state.phase);
  const active = useSession((state) => state.status === 'running' || state.status === 'stepping');
  const progress = useSession((state) => state.progress);
  const remaining = useSession((state) => state.splitRemaining);
  const answered = useSession((state) => state.split?.entries.length ?? 0);
  const now = STEP_PHASES.findIndex((entry) => entry.phase === phase);
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  const state = active ? 'active' : 'next';
  return (
    <ol className="transport-phases" aria-label="Phases of a step" data-phase={phase}>
      {phase === 'split' && (
        <li
          data-state={state}
          title="Answer train questions several times to find out which are easy, medium and hard."
        >
          split{answered + remaining > 0 && ` ${answered}/${answered + remaining}`}
        </li>
      )}
      {STEP_PHASES.map((entry, i) => (
        <li
          key={entry.phase}
          title={entry.what}
          data-state={i === now ? state : i < now ? 'done' : 'waiting'}
          aria-current={i === now ? 'step' : undefined}
          style={
            i === now && active && share !== null ? { backgroundSize: `${share * 100}% 100%` } : undefined
          }
        >
          {entry.label}
        </li>
      ))}
    </ol>
  );
}
