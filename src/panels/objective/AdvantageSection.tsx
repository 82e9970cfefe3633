import { useMemo } from 'react';
import type { ObjectiveConfig } from '../../engine/index.ts';
import { select } from '../../state/index.ts';
import { Sign, SignedBar, Tooltip, advantageScale, formatNumber } from '../../ui/index.ts';
import type { Told } from './beats.ts';
import { Formula } from './Formula.tsx';
import { advantageFormula } from './formulas.ts';
import { Section } from './sections.tsx';

interface AdvantageSectionProps {
  readonly told: Told;
  readonly objective: ObjectiveConfig;
  readonly lit: boolean;
}

/** Rewards of the group → mean and std → advantages. */
export function AdvantageSection({ told, objective, lit }: AdvantageSectionProps) {
  const { shown, group, rollout, advantage } = told;
  const { rollouts } = shown.groups[group];
  const scale = useMemo(
    () => advantageScale(shown.groups.flatMap((of) => of.rollouts.flatMap((one) => one.advantage ?? []))),
    [shown.groups],
  );
  const formula = useMemo(() => advantage && advantageFormula(advantage, objective), [advantage, objective]);
  return (
    <Section
      beat="advantage"
      told={told}
      lit={lit}
      title={
        <Tooltip
          definition="How much better a rollout’s reward is than its group’s. Every token of the response gets the same."
          hint="reward_std in the charts is over the batch; the advantage divides by the group’s unless the objective says otherwise."
        >
          Rewards become advantages
        </Tooltip>
      }
    >
      {advantage && formula && (
        <>
          <p className="ob-statistics">
            mean <b>{formatNumber(advantage.mean, 4)}</b> · std (G − 1){' '}
            <b>{formatNumber(advantage.groupStd, 4)}</b>
            {advantage.divisor?.of === 'batch' && (
              <>
                {' '}
                · std of the batch <b>{formatNumber(advantage.divisor.std, 4)}</b>
              </>
            )}
          </p>
          <Formula of={formula} />
          <ul className="ob-advantages" aria-label="Advantages of the group">
            {rollouts.map((one, i) => {
              const value = one.advantage ?? 0;
              return (
                <li key={i}>
                  <button
                    type="button"
                    aria-pressed={i === rollout}
                    onClick={() => select({ step: shown.step, group, rollout: i })}
                  >
                    <span className="ob-index">{i + 1}</span>
                    <span>{formatNumber(one.reward)}</span>
                    <SignedBar position={scale.position(value)} value={value} />
                    <Sign value={value} />
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Section>
  );
}
