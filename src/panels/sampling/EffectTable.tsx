import type { RewardStage } from '../../engine/index.ts';
import { Tooltip, formatShare } from '../../ui/index.ts';
import type { Effect, PoolEffect } from './effect.ts';

const STAGES = ['perception', 'reasoning'] as const satisfies readonly RewardStage[];
const POOL_OF = { perception: 'easy', reasoning: 'medium' } as const;

interface EffectTableProps {
  /** Of the borders the run has. */
  readonly run: Effect;
  /** Of the borders as they are shown: the same, or being dragged. */
  readonly shown: Effect;
  readonly isPreview: boolean;
  readonly groupSize: number;
  readonly n: number;
}

/** Expected share of groups without advantage: every question → the stage's pool, and what a drag would change. */
export function EffectTable({ run, shown, isPreview, groupSize, n }: EffectTableProps) {
  return (
    <div className="sa-effect" data-testid="split-effect" data-preview={isPreview || undefined}>
      <p className="sa-zero" data-testid="split-zero-share">
        <Tooltip
          definition={`Mean over questions of p^G + (1 − p)^G with p the measured pass rate (passes of ${n}) and G = ${groupSize}: how often all rollouts of a group get the same accuracy, so that no advantage is left.`}
          hint="A plug-in estimate: too high rather than too low on average, more so the fewer rollouts a question had, and at the split’s temperature, not that of training."
        >
          expected share of zero-advantage groups
        </Tooltip>
        , reasoning stage: <b>{formatShare(shown.all.zeroShare)}</b> <span aria-hidden="true">→</span>
        <span className="ui-visually-hidden">to</span> <b>{formatShare(shown.stages.reasoning.zeroShare)}</b>
      </p>
      <table className="ui-table sa-effects">
        <caption className="ui-visually-hidden">
          Expected share of zero-advantage groups by stage, without borders, in the run and with the borders
          shown
        </caption>
        <thead>
          <tr>
            <th scope="col">stage</th>
            <th scope="col" data-numeric="true">
              no borders
            </th>
            <th scope="col" data-numeric="true">
              in the run
            </th>
            <th scope="col" data-numeric="true">
              {isPreview ? 'if dropped here' : 'as shown'}
            </th>
          </tr>
        </thead>
        <tbody>
          {STAGES.map((stage) => (
            <tr key={stage} data-testid={`effect-${stage}`}>
              <th scope="row">
                {stage} <span className="sa-quiet">{POOL_OF[stage]}</span>
              </th>
              <EffectCell of={shown.all} />
              <EffectCell of={run.stages[stage]} />
              <EffectCell of={shown.stages[stage]} isMarked={isPreview} />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sa-quiet">
        Under the accuracy reward. Perception is not paid for accuracy but for what is described, so an
        all-correct pool costs it nothing.
      </p>
    </div>
  );
}

function EffectCell({ of, isMarked = false }: { readonly of: PoolEffect; readonly isMarked?: boolean }) {
  return (
    <td data-numeric="true" className={isMarked ? 'sa-effect-preview' : undefined}>
      <b>{formatShare(of.zeroShare)}</b>
      <span className="sa-quiet"> of {of.questions}</span>
    </td>
  );
}
