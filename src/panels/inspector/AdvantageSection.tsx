import { memo, useMemo } from 'react';
import type { DraftGroup, ObjectiveConfig } from '../../engine/index.ts';
import { select } from '../../state/index.ts';
import { DataTable, Sign, Tooltip, formatNumber, formatSigned } from '../../ui/index.ts';
import { Reconciled } from './Reconciled.tsx';
import { checkAdvantage } from './reconcile.ts';

interface AdvantageSectionProps {
  readonly step: number;
  readonly groups: readonly DraftGroup[];
  readonly group: number;
  readonly rollout: number;
  readonly objective: ObjectiveConfig;
}

const DEFINITIONS: Readonly<Record<ObjectiveConfig['advantageEstimator'], string>> = {
  group_mean: 'How much better this rollout’s reward is than its group’s: (reward − group mean) / (std + ε).',
  rloo: 'RLOO: how much better this rollout’s reward is than the mean of the group’s others.',
  gdpo: 'GDPO: each reward term normalised within the group, weighted and summed, then normalised over the batch.',
};

/** From the group's rewards to this rollout's advantage, with the actual numbers. */
export const AdvantageSection = memo(function AdvantageSection(props: AdvantageSectionProps) {
  const { step, groups, group, rollout, objective } = props;
  const check = useMemo(
    () => checkAdvantage(groups, group, rollout, objective),
    [groups, group, rollout, objective],
  );
  const { rollouts } = groups[group];
  if (!check) {
    return (
      <section className="in-section">
        <h3>Advantage</h3>
        <p className="in-quiet">Known once every rollout of the step is scored.</p>
      </section>
    );
  }
  const { mean, groupStd, batchStd, othersMean, divisor, epsilon, recomputed, difference } = check;
  const reward = rollouts[rollout].reward ?? 0;
  return (
    <section className="in-section" data-testid="inspector-advantage">
      <h3>
        <Tooltip
          definition={DEFINITIONS[objective.advantageEstimator]}
          hint="Every token of the response gets the same advantage."
        >
          Advantage
        </Tooltip>
      </h3>
      <dl className="in-readout">
        <div>
          <dt>group mean</dt>
          <dd>{formatNumber(mean, 4)}</dd>
        </div>
        <div>
          <dt>group std (G − 1)</dt>
          <dd>{formatNumber(groupStd, 4)}</dd>
        </div>
        <div>
          <dt>batch std (reward_std)</dt>
          <dd>
            {formatNumber(batchStd, 4)}{' '}
            {divisor?.of === 'batch' ? '' : <span className="in-quiet">not used here</span>}
          </dd>
        </div>
      </dl>
      <p className="in-formula">
        {objective.advantageEstimator === 'gdpo' ? (
          <>
            each term of all {groups.length} groups normalised, weighted, summed and normalised again ={' '}
            <b>{formatSigned(recomputed, 4)}</b>
          </>
        ) : groupStd === 0 ? (
          <>all {rollouts.length} rewards are equal, so every advantage of the group is 0</>
        ) : (
          <>
            ({formatNumber(reward, 4)} − {formatNumber(othersMean ?? mean, 4)})
            {divisor && (
              <>
                {' '}
                / ({formatNumber(divisor.std, 4)} + {formatNumber(epsilon)})
              </>
            )}{' '}
            = <b>{formatSigned(recomputed, 4)}</b>
          </>
        )}{' '}
        {difference !== null && <Reconciled difference={difference} testId="reconcile-advantage" />}
      </p>
      <DataTable
        caption="Rewards and advantages of the group"
        rows={rollouts.map((_, index) => index)}
        rowKey={(index) => index}
        selectedKey={rollout}
        onSelect={(index) => select({ step, group, rollout: index })}
        columns={[
          { id: 'rollout', header: 'rollout', numeric: true, render: (index) => index + 1 },
          {
            id: 'reward',
            header: 'reward',
            numeric: true,
            render: (index) => formatNumber(rollouts[index].reward),
            sortValue: (index) => rollouts[index].reward ?? 0,
          },
          {
            id: 'deviation',
            header: 'reward − mean',
            numeric: true,
            render: (index) => formatSigned((rollouts[index].reward ?? 0) - mean),
          },
          {
            id: 'advantage',
            header: 'advantage',
            numeric: true,
            render: (index) => {
              const { advantage } = rollouts[index];
              return advantage === undefined ? '–' : <Sign value={advantage} />;
            },
          },
        ]}
      />
    </section>
  );
});
