import { useCallback, useMemo } from 'react';
import { explainStep, explainToken } from '../../engine/rl/explain/index.ts';
import type { ExplainedStep, TokenSteps } from '../../engine/rl/explain/index.ts';
import { select } from '../../state/index.ts';
import {
  Sign,
  TokenStrip,
  Tooltip,
  advantageScale,
  formatNumber,
  formatSigned,
  visibleText,
} from '../../ui/index.ts';
import type { StripToken } from '../../ui/index.ts';
import { branchName, pushOf, type Told } from './beats.ts';
import { Formula } from './Formula.tsx';
import {
  contributionFormula,
  klFormula,
  policyFormula,
  pushFormula,
  ratioFormula,
  weightFormula,
} from './formulas.ts';
import { Section } from './sections.tsx';

interface UpdateSectionProps {
  readonly told: Told;
  readonly step: ExplainedStep;
  readonly lit: boolean;
}

/** A token's ratio, branch, KL, weight and part of the loss. */
export function UpdateSection({ told, step, lit }: UpdateSectionProps) {
  const { steps } = told;
  return (
    <Section beat="update" told={told} lit={lit} title="Each token changes the policy a little">
      {steps ? (
        <>
          <Tokens told={told} step={step} />
          <TokenFormulas steps={steps} step={step} />
          <StepSum told={told} step={step} />
        </>
      ) : (
        <p className="ob-quiet">This response has no token.</p>
      )}
    </Section>
  );
}

/** The response, coloured by what the update does to each token. */
function Tokens({ told, step }: Pick<UpdateSectionProps, 'told' | 'step'>) {
  const { shown, group, rollout, token } = told;
  const { tokenTexts } = shown.groups[group].rollouts[rollout];
  const tokens = useMemo((): StripToken[] => {
    const pushes = tokenTexts.map(
      (_, t) => -(explainToken(step, { group, rollout, token: t })?.gradient ?? 0),
    );
    const scale = advantageScale(pushes);
    return tokenTexts.map((text, t) => ({
      text,
      background: scale.background(pushes[t]),
      sign: scale.sign(pushes[t]),
      title: `${visibleText(text)}: push ${formatSigned(pushes[t], 6)}`,
    }));
  }, [step, tokenTexts, group, rollout]);
  const onSelect = useCallback(
    (to: number) => select({ step: shown.step, group, rollout, token: to }),
    [shown.step, group, rollout],
  );
  return (
    <>
      <p className="ob-quiet">
        Tokens by their push, minus the gradient: blue and a solid line are made likelier, orange and a dashed
        line less likely. Choose one; arrow keys move.
      </p>
      <TokenStrip label="Response tokens by push" tokens={tokens} selected={token} onSelect={onSelect} />
    </>
  );
}

function TokenFormulas({ steps, step }: { readonly steps: TokenSteps; readonly step: ExplainedStep }) {
  const { objective } = step.config;
  const kl = klFormula(steps, objective);
  return (
    <dl className="ob-steps" data-testid="objective-token">
      <div>
        <dt>
          <Tooltip
            definition="How much likelier the policy makes the token now than when the step began."
            hint="1 with one update a step: only later updates see a policy that has moved."
          >
            ratio
          </Tooltip>
        </dt>
        <dd>
          <Formula of={ratioFormula(steps, objective)} />
        </dd>
      </div>
      <div>
        <dt>
          <Tooltip
            definition="What the token would add before averaging: the advantage times the ratio, within the clip."
            hint="A clipped token has no gradient: it has been moved far enough."
          >
            policy loss
          </Tooltip>
        </dt>
        <dd>
          <Formula of={policyFormula(steps)} />
          <Branch steps={steps} />
        </dd>
      </div>
      <div>
        <dt>
          <Tooltip
            definition="Estimate of how far the policy has moved from the model the stage began with, at this token."
            hint="The KL coefficient β weighs it."
          >
            KL ({objective.klEstimator})
          </Tooltip>
        </dt>
        <dd>
          {kl ? (
            <Formula of={kl} />
          ) : (
            <span className="ob-quiet">none: the KL coefficient of this run is 0</span>
          )}
        </dd>
      </div>
      <div>
        <dt>
          <Tooltip
            definition="What the token’s loss is multiplied by, so that the tokens of a mini-batch become one number."
            hint="Means over responses favour tokens of short responses; means over tokens treat all alike."
          >
            weight
          </Tooltip>
        </dt>
        <dd>
          <Formula of={weightFormula(steps)} />
        </dd>
      </div>
      <div>
        <dt>
          <Tooltip
            definition="What the token adds to the loss that is made smaller: its policy loss and β times its KL, times its weight."
            hint="β is the KL coefficient of Setup."
          >
            part of the loss
          </Tooltip>
        </dt>
        <dd>
          <Formula of={contributionFormula(steps, objective)} />
        </dd>
      </div>
      <div>
        <dt>
          <Tooltip
            definition="Minus the slope of the token’s part of the loss over its log-prob: which way the update moves it."
            hint="The KL pulls towards the reference, and can outweigh the advantage."
          >
            push
          </Tooltip>
        </dt>
        <dd data-testid="objective-gradient">
          <Formula of={pushFormula(steps, objective)} />
          <p>
            <Sign value={-steps.gradient} digits={6} />: the update {pushOf(steps)}
          </p>
        </dd>
      </div>
    </dl>
  );
}

/** Which of the loss's branches the token took, as a row of chips. */
function Branch({ steps }: { readonly steps: TokenSteps }) {
  const { policy } = steps;
  const name = branchName(steps);
  const names =
    policy.kind === 'clip'
      ? ['clipped low', 'not clipped', 'clipped high', policy.bound === null ? '' : 'held by the dual clip']
      : policy.kind === 'weight'
        ? ['weight clipped low', 'weight not clipped', 'weight clipped high']
        : [];
  const shown = [...new Set([...names, name])].filter((each) => each !== '');
  return (
    <ul className="ob-branches" aria-label="Branch taken" data-testid="objective-branch">
      {shown.map((each) => (
        <li key={each} data-taken={each === name} aria-current={each === name || undefined}>
          {each === name && <span aria-hidden="true">✓ </span>}
          {each}
        </li>
      ))}
    </ul>
  );
}

/** Sums of float32 terms, added up on the device in another order: relative to what is added. */
const ROUNDING = 1e-5;

/** All tokens of the step, against the policy loss that was recorded. */
function StepSum({ told, step }: Pick<UpdateSectionProps, 'told' | 'step'>) {
  const sum = useMemo(() => explainStep(step), [step]);
  const recorded = told.shown.metrics?.policy_loss;
  if (!sum || recorded === undefined) return null;
  const tolerance = ROUNDING * sum.size + 1e-9;
  const ok = Math.abs(sum.policyLoss - recorded) <= tolerance;
  // At ratio 1 the advantages of a group cancel: what is left is rounding.
  const shown = (loss: number): string => (Math.abs(loss) <= tolerance ? '0' : formatSigned(loss, 6));
  return (
    <p className="ob-sum" data-testid="objective-sum">
      All {sum.tokens.toLocaleString('en-GB')} tokens of the step add up to a policy loss of{' '}
      <b>{shown(sum.policyLoss)}</b>; recorded <b>{shown(recorded)}</b>{' '}
      <span
        className="ob-reconciled"
        data-ok={ok}
        title={`Tolerance: ${ROUNDING} of the tokens’ mean |advantage|`}
      >
        {ok ? 'reconciles ✓' : `does not reconcile ✗ (${formatSigned(sum.policyLoss - recorded, 6)})`}
      </span>
      {sum.kl !== 0 && <> With β · KL the loss is {formatNumber(sum.loss, 6)}.</>}
    </p>
  );
}
