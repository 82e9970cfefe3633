import { useSession } from '../../state/index.ts';
import type { WorkerStatus } from '../../state/index.ts';
import { PHASE_LABELS } from './phases.ts';

const STATUS_TEXT: Readonly<Record<WorkerStatus, string>> = {
  booting: 'loading',
  idle: 'ready',
  running: 'training',
  paused: 'paused',
  stepping: 'working',
  lost: 'GPU lost',
  failed: 'cannot run',
};

/** What the worker does, and in which phase. */
export function Status() {
  const status = useSession((state) => state.status);
  const phase = useSession((state) => state.phase);
  const doing = status === 'stepping' || status === 'running';
  return (
    <span className="transport-status" data-status={status} data-testid="status">
      {STATUS_TEXT[status]}
      {doing && <span className="transport-quiet"> · {PHASE_LABELS[phase]}</span>}
    </span>
  );
}
