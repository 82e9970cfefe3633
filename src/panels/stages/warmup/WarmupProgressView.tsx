import type { WarmupProgress } from '../../../state/index.ts';
import { formatNumber, formatSeconds } from '../../../ui/index.ts';

/** How far the warm-up is, its loss so far, and about how long it will take. */
export function WarmupProgressView({ progress }: { readonly progress: WarmupProgress }) {
  const { done, total, firstLoss, loss, seconds, measuring } = progress;
  const left = done > 0 ? (seconds / done) * (total - done) : null;
  return (
    <div className="stages-warmup-progress" data-testid="warmup-progress">
      <progress
        value={measuring ?? done / total}
        max={1}
        aria-label={measuring === null ? 'Warm-up steps' : 'Samples measured'}
      />
      <p>
        {measuring !== null && (done === 0 ? 'Measuring the policy before…' : 'Measuring the policy after…')}
        {measuring === null && `step ${done} of ${total}`}
        {loss !== null && ` · loss ${formatNumber(loss)}`}
        {loss !== null && done > 1 && ` (${formatNumber(firstLoss)} at first)`}
        {measuring === null && left !== null && ` · about ${formatSeconds(left)} left`}
      </p>
    </div>
  );
}
