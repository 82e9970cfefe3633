/** The formulas of a token's way into the loss, filled with its numbers. */
import type { ObjectiveConfig } from '../../engine/index.ts';
import type { AdvantageSteps, TokenSteps } from '../../engine/rl/explain/index.ts';
import { compose, number, operand, setting, signed, type Formula } from './tex.ts';

/** From the group's rewards to the advantage. */
export function advantageFormula(steps: AdvantageSteps, objective: ObjectiveConfig): Formula {
  const { reward, baseline, divisor, epsilon, advantage, groupStd } = steps;
  if (objective.advantageEstimator === 'gdpo') {
    return compose(
      '\\hat A = \\operatorname{norm}_{\\text{batch}}\\Bigl(\\sum_k w_k \\operatorname{norm}_{\\text{group}}(r_k)\\Bigr) = #0',
      'advantage = the terms, each normalised in the group, weighted, summed and normalised over the batch = #0',
      signed(advantage),
    );
  }
  if (groupStd === 0) {
    return compose(
      'r - \\bar r = 0 \\quad\\Rightarrow\\quad \\hat A = 0',
      'all rewards of the group are equal, so the advantage is 0',
    );
  }
  const compared = objective.advantageEstimator === 'rloo' ? '\\bar r_{\\text{others}}' : '\\bar r';
  const comparedText = objective.advantageEstimator === 'rloo' ? 'the others’ mean' : 'the group’s mean';
  if (!divisor) {
    return compose(
      `\\hat A = r - ${compared} = #0 - #1 = #2`,
      `advantage = reward − ${comparedText} = #0 − #1 = #2`,
      number(reward),
      operand(baseline),
      signed(advantage),
    );
  }
  return compose(
    `\\hat A = \\frac{r - ${compared}}{s_{\\text{${divisor.of}}} + \\varepsilon} = \\frac{#0 - #1}{#2 + #3} = #4`,
    `advantage = (reward − ${comparedText}) / (std of the ${divisor.of} + ε) = (#0 − #1) / (#2 + #3) = #4`,
    number(reward),
    operand(baseline),
    number(divisor.std),
    setting(epsilon),
    signed(advantage),
  );
}

/** The ratio of the new policy to the one that sampled. */
export function ratioFormula(steps: TokenSteps, objective: ObjectiveConfig): Formula {
  const { ratio, logProb, oldLogProb, readLogRatio, responseTokens, logRatioBound } = steps;
  const held = Math.abs(readLogRatio) > logRatioBound;
  const clamp = held ? `, held at ±${logRatioBound}` : '';
  if (objective.importanceSampling === 'sequence') {
    return compose(
      '\\rho = \\exp\\Bigl(\\tfrac{1}{#0}\\sum_t \\log\\tfrac{\\pi_t}{\\pi_{\\text{old},t}}\\Bigr) = \\exp(#1) = #2',
      `ratio of the response = exp(mean log-ratio of its #0 tokens) = exp(#1${clamp}) = #2`,
      setting(responseTokens),
      number(readLogRatio),
      number(ratio),
    );
  }
  return compose(
    `\\rho = \\exp(\\log\\pi - \\log\\pi_{\\text{old}}) = \\exp(#0 - #1${held ? `\\text{${clamp}}` : ''}) = #2`,
    `ratio = exp(log-prob − old log-prob) = exp(#0 − #1${clamp}) = #2`,
    number(logProb),
    operand(oldLogProb),
    number(ratio),
  );
}

/** The candidate of a clipped loss that the token took; KaTeX marks it by its class. */
const taken = (isTaken: boolean, part: Formula): Formula =>
  isTaken ? { tex: `\\htmlClass{ob-taken}{${part.tex}}`, text: `${part.text} (taken)` } : part;

/** Before aggregation and KL. */
export function policyFormula(steps: TokenSteps): Formula {
  const { policy, advantage, logProb, policyLoss } = steps;
  const result = signed(policyLoss);
  switch (policy.kind) {
    case 'clip': {
      const { low, high, bound, unclippedLoss, clippedLoss } = policy;
      const isBound = policy.taken === 'dual';
      const isFirst = !isBound && policyLoss === unclippedLoss;
      const parts = [
        setting(low),
        setting(high),
        taken(isFirst, signed(unclippedLoss)),
        taken(!isFirst && !isBound, signed(clippedLoss)),
        result,
      ];
      const larger = '\\max\\bigl(-\\hat A\\rho,\\ -\\hat A\\operatorname{clip}(\\rho, #0, #1)\\bigr)';
      const largerText = 'the larger of −A·ratio and −A·(ratio clipped to #0 … #1)';
      if (bound === null) {
        return compose(
          `\\ell = ${larger} = \\max(#2,\\ #3) = #4`,
          `policy loss = ${largerText} = max(#2, #3) = #4`,
          ...parts,
        );
      }
      return compose(
        `\\ell = \\min\\Bigl(${larger},\\ -\\hat A C\\Bigr) = \\min\\bigl(\\max(#2,\\ #3),\\ #5\\bigr) = #4`,
        `policy loss = ${largerText}, at most −A·C = min(max(#2, #3), #5) = #4`,
        ...parts,
        taken(isBound, signed(bound)),
      );
    }
    case 'weight':
      return compose(
        '\\ell = -\\hat A\\,\\operatorname{sg}[\\operatorname{clip}(\\rho, #0, #1)]\\,\\log\\pi = -(#2)\\cdot #3\\cdot #4 = #5',
        'policy loss = −A · (ratio clipped to #0 … #1, without gradient) · log-prob = −(#2) · #3 · #4 = #5',
        setting(policy.low),
        setting(policy.high),
        signed(advantage),
        number(policy.weight),
        operand(logProb),
        result,
      );
    case 'gate':
      return compose(
        '\\ell = -\\hat A\\,\\tfrac{4}{\\tau}\\,\\sigma\\bigl(\\tau(\\rho - 1)\\bigr) = -(#0)\\cdot\\tfrac{4}{#1}\\cdot #2 = #3',
        'policy loss = −A · 4/τ · σ(τ(ratio − 1)) = −(#0) · 4/#1 · #2 = #3',
        signed(advantage),
        setting(policy.temperature),
        number(policy.gate),
        result,
      );
    case 'response-weight':
      return compose(
        '\\ell = -\\hat A\\,\\operatorname{sg}[w^{k} e^{\\lambda(1 - w)}]\\,\\log\\pi = -(#0)\\cdot #1\\cdot #2 = #3,\\quad w = e^{\\sum\\log\\rho_t} = #4',
        'policy loss = −A · (w^k · exp(λ(1 − w)), without gradient) · log-prob = −(#0) · #1 · #2 = #3, with w the response’s ratio #4',
        signed(advantage),
        number(policy.weight),
        operand(logProb),
        result,
        number(Math.exp(policy.rowLogRatio)),
      );
    default:
      return policy satisfies never;
  }
}

const ESTIMATORS: Readonly<Record<ObjectiveConfig['klEstimator'], readonly [tex: string, text: string]>> = {
  k1: ['-d', '−d'],
  k2: ['\\tfrac12 d^2', 'd²/2'],
  k3: ['e^{d} - d - 1', 'e^d − d − 1'],
};

/** The KL estimate as it enters the loss; null when the objective has none. */
export function klFormula({ klSteps, kl, logProb }: TokenSteps, objective: ObjectiveConfig): Formula | null {
  if (!klSteps) return null;
  const { referenceLogProb, difference, heldDifference, estimate, held, factor, bound } = klSteps;
  const [tex, text] = ESTIMATORS[objective.klEstimator];
  const times = objective.biasCorrectedKl ? ['\\cdot\\rho = #3\\cdot #4', ' · ratio = #3 · #4'] : ['', ''];
  const clampedDifference = heldDifference === difference ? '' : ` held at ±${bound}`;
  const clampedEstimate = held === estimate ? '' : ` held at ±${Math.abs(held)}`;
  const note = (words: string): string => (words === '' ? '' : `\\ \\text{${words}}`);
  return compose(
    `d = \\log\\pi_{\\text{ref}} - \\log\\pi = #0 - #1 = #2${note(clampedDifference)},\\quad ` +
      `\\mathrm{KL} = ${objective.biasCorrectedKl ? `(${tex})` : tex}${times[0]} = #5${note(clampedEstimate)}`,
    `d = reference log-prob − log-prob = #0 − #1 = #2${clampedDifference}; ` +
      `KL = ${objective.biasCorrectedKl ? `(${text})` : text}${times[1]} = #5${clampedEstimate}`,
    number(referenceLogProb),
    operand(logProb),
    signed(difference),
    number(held, 6),
    number(factor),
    number(kl, 6),
  );
}

/** The weight a token has in the loss, and what it is a share of. */
export function weightFormula({ normaliser, weight, responseTokens }: TokenSteps): Formula {
  const { aggregation, tokens, rows, maxCompletionLength } = normaliser;
  const result = number(weight, 6);
  switch (aggregation) {
    case 'token_mean':
      return compose(
        'w = \\frac{1}{N_{\\text{tokens}}} = \\frac{1}{#0} = #1',
        'weight = 1 / tokens of the mini-batch = 1 / #0 = #1',
        number(tokens),
        result,
      );
    case 'row_mean':
      return compose(
        'w = \\frac{1}{N_{\\text{responses}}\\cdot T} = \\frac{1}{#0\\cdot #1} = #2',
        'weight = 1 / (responses of the mini-batch · tokens of this one) = 1 / (#0 · #1) = #2',
        number(rows),
        setting(responseTokens),
        result,
      );
    case 'constant':
      return compose(
        'w = \\frac{1}{N_{\\text{responses}}\\cdot T_{\\max}} = \\frac{1}{#0\\cdot #1} = #2',
        'weight = 1 / (responses of the mini-batch · longest allowed length) = 1 / (#0 · #1) = #2',
        number(rows),
        number(maxCompletionLength),
        result,
      );
    case 'row_sum':
      return compose(
        'w = \\frac{1}{N_{\\text{responses}}} = \\frac{1}{#0} = #1',
        'weight = 1 / responses of the mini-batch = 1 / #0 = #1',
        number(rows),
        result,
      );
    default:
      return aggregation satisfies never;
  }
}

/** What the token adds to the loss of its mini-batch. */
export function contributionFormula(steps: TokenSteps, objective: ObjectiveConfig): Formula {
  const { weight, policyLoss, kl, klSteps, contribution } = steps;
  const parts = [number(weight, 6), operand(policyLoss), setting(objective.klCoefficient), number(kl, 6)];
  const result = signed(contribution, 6);
  return klSteps
    ? compose(
        'w\\,(\\ell + \\beta\\,\\mathrm{KL}) = #0\\,(#1 + #2\\cdot #3) = #4',
        'part of the loss = weight · (policy loss + β · KL) = #0 · (#1 + #2 · #3) = #4',
        ...parts,
        result,
      )
    : compose(
        'w\\,\\ell = #0\\cdot #1 = #4',
        'part of the loss = weight · policy loss = #0 · #1 = #4',
        ...parts,
        result,
      );
}

/** What the update does to the token's log-prob: minus the gradient, from the reward's side and from the KL's. */
export function pushFormula(steps: TokenSteps, objective: ObjectiveConfig): Formula {
  const { weight, policyGradient, klGradient, klSteps, gradient } = steps;
  const parts = [
    number(weight, 6),
    operand(policyGradient),
    setting(objective.klCoefficient),
    operand(klGradient),
    signed(-gradient, 6),
  ];
  return klSteps
    ? compose(
        '-w\\Bigl(\\tfrac{\\partial\\ell}{\\partial\\log\\pi} + \\beta\\,\\tfrac{\\partial\\mathrm{KL}}{\\partial\\log\\pi}\\Bigr) = -#0\\,(#1 + #2\\cdot #3) = #4',
        'push = −weight · (slope of the policy loss + β · slope of the KL) = −#0 · (#1 + #2 · #3) = #4',
        ...parts,
      )
    : compose(
        '-w\\,\\tfrac{\\partial\\ell}{\\partial\\log\\pi} = -#0\\cdot #1 = #4',
        'push = −weight · slope of the policy loss = −#0 · #1 = #4',
        ...parts,
      );
}
