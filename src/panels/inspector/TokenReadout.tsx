import type { DraftRollout, ObjectiveConfig } from '../../engine/index.ts';
import { rowObjective } from '../../engine/rl/objectiveReference.ts';
import { Sign, formatNumber, visibleText } from '../../ui/index.ts';

interface TokenReadoutProps {
  readonly rollout: DraftRollout;
  readonly token: number;
  readonly objective: ObjectiveConfig;
}

/** All numbers of one token, as they trained it. */
export function TokenReadout({ rollout, token, objective }: TokenReadoutProps) {
  const { decodeLogProbs, oldLogProbs, logProbs, referenceLogProbs, entropies, advantage } = rollout;
  const reference = referenceLogProbs?.[token];
  const row =
    logProbs && oldLogProbs && advantage !== undefined
      ? rowObjective(
          { logProbs, oldLogProbs, referenceLogProbs: referenceLogProbs ?? null, advantage },
          objective,
        )
      : null;
  const parts = row?.tokens[token];
  const bySequence = objective.importanceSampling === 'sequence';
  return (
    <dl className="in-readout in-token-readout" data-testid="inspector-token-readout">
      <div>
        <dt>token</dt>
        <dd>
          <code>{visibleText(rollout.tokenTexts[token])}</code> #{token + 1} of {rollout.tokenIds.length}, id{' '}
          {rollout.tokenIds[token]}
        </dd>
      </div>
      <div>
        <dt>log-prob: decode</dt>
        <dd>
          {formatNumber(decodeLogProbs[token], 4)} (p {formatNumber(Math.exp(decodeLogProbs[token]), 3)})
        </dd>
      </div>
      {parts && oldLogProbs && logProbs && (
        <>
          <div>
            <dt>before update</dt>
            <dd>{formatNumber(oldLogProbs[token], 4)}</dd>
          </div>
          <div>
            <dt>in update</dt>
            <dd>{formatNumber(logProbs[token], 4)}</dd>
          </div>
          <div>
            <dt>reference</dt>
            <dd>{reference === undefined ? 'none' : formatNumber(reference, 4)}</dd>
          </div>
          <div>
            <dt>{bySequence ? 'ratio of the response' : 'ratio'}</dt>
            <dd>
              {formatNumber(parts.ratio, 4)}{' '}
              {parts.clippedLow ? '▼ clipped low' : parts.clippedHigh ? '▲ clipped high' : 'not clipped'}
            </dd>
          </div>
          {parts.vespoWeight !== null && (
            <div>
              <dt>weight of the response</dt>
              <dd>{formatNumber(parts.vespoWeight, 4)}</dd>
            </div>
          )}
          <div>
            <dt>policy loss</dt>
            <dd>{formatNumber(parts.policyLoss, 4)}</dd>
          </div>
          <div>
            <dt>
              KL ({objective.klEstimator}
              {objective.biasCorrectedKl ? ' · ratio' : ''})
            </dt>
            <dd>{reference === undefined ? 'none' : formatNumber(parts.kl, 4)}</dd>
          </div>
        </>
      )}
      {entropies && (
        <div>
          <dt>entropy</dt>
          <dd>{formatNumber(entropies[token], 4)} nats</dd>
        </div>
      )}
      {advantage !== undefined && (
        <div>
          <dt>advantage</dt>
          <dd>
            <Sign value={advantage} />
          </dd>
        </div>
      )}
    </dl>
  );
}
