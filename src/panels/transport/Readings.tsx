import { useLiveMetrics, useSession } from '../../state/index.ts';
import { formatCompact, formatNumber } from '../../ui/index.ts';

/** Steps done, speed, memory. */
export function Readings() {
  const step = useSession((state) => state.step);
  const memory = useSession((state) => state.memory);
  const metrics = useLiveMetrics();
  const seconds = metrics?.step_time;
  const rate = seconds === undefined || seconds <= 0 ? null : 1 / seconds;
  return (
    <dl className="transport-readings">
      <div title="Steps done in this run">
        <dt>step</dt>
        <dd data-testid="step">{step}</dd>
      </div>
      <div title={`Of the last step, which took ${formatNumber(seconds, 2)} s`}>
        <dt>steps/s</dt>
        <dd>{formatNumber(rate, 2)}</dd>
      </div>
      <div title="Tokens sampled a second in the last step">
        <dt>tokens/s</dt>
        <dd>{metrics?.tokens_per_second === undefined ? '–' : formatCompact(metrics.tokens_per_second)}</dd>
      </div>
      <div title={memory ? `${memory.tensors} tensors live` : 'Nothing allocated yet'}>
        <dt>memory</dt>
        <dd>{memory ? `${formatCompact(memory.bytes / 2 ** 20)} MiB` : '–'}</dd>
      </div>
    </dl>
  );
}
