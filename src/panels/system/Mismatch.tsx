import { METRIC_DEFINITIONS, MISMATCH_LIMIT } from '../../engine/rl/metricDefinitions.ts';
import { useLiveMetrics } from '../../state/index.ts';
import { formatNumber, Tooltip } from '../../ui/index.ts';

/** Does the decode, which draws the rollouts, agree with the forward that trains on them? */
export function Mismatch() {
  const metrics = useLiveMetrics();
  const mean = metrics?.mismatch;
  return (
    <section>
      <h3>Decode against training</h3>
      {mean === undefined ? (
        <p>No step has trained yet.</p>
      ) : (
        <>
          <dl>
            <dt>
              <Metric name="mismatch" />
            </dt>
            <dd>{formatNumber(mean)} nats</dd>
            <dt>
              <Metric name="mismatch/max" />
            </dt>
            <dd>{formatNumber(metrics?.['mismatch/max'])} nats</dd>
          </dl>
          <p className="system-quiet">
            {mean <= MISMATCH_LIMIT
              ? `✓ The mean is within ${formatNumber(MISMATCH_LIMIT)}: rounding.`
              : `✗ The mean is over ${formatNumber(MISMATCH_LIMIT)}: more than rounding. Rollouts may not be the policy’s own.`}
          </p>
        </>
      )}
    </section>
  );
}

function Metric({ name }: { readonly name: string }) {
  const { label, definition } = METRIC_DEFINITIONS[name];
  return <Tooltip definition={definition}>{label}</Tooltip>;
}
