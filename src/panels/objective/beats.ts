/** The beats of a step, and the sentence of each with the real numbers of what is selected. */
import type { StepDraft } from '../../engine/index.ts';
import type { AdvantageSteps, TokenSteps } from '../../engine/rl/explain/index.ts';
import { quantile, formatNumber, formatSigned, visibleText } from '../../ui/index.ts';
import type { ShownStep } from '../../state/index.ts';

export const BEATS = ['sample', 'rollout', 'score', 'advantage', 'update'] as const;
export type Beat = (typeof BEATS)[number];

export const BEAT_LABELS: Readonly<Record<Beat, string>> = {
  sample: 'Sample',
  rollout: 'Roll out',
  score: 'Score',
  advantage: 'Advantage',
  update: 'Update',
};

/** What the beats speak of. */
export interface Told {
  readonly shown: ShownStep;
  readonly group: number;
  readonly rollout: number;
  readonly token: number;
  readonly advantage: AdvantageSteps | null;
  readonly steps: TokenSteps | null;
}

/** Whether the step has come as far as this beat. */
export function isReached(beat: Beat, done: StepDraft['done'] | 'update'): boolean {
  return BEATS.indexOf(beat) <= BEATS.indexOf(done);
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** One sentence or two with the numbers of the selected group, rollout and token. */
export function sentence(beat: Beat, told: Told): string {
  const { shown, group, rollout, token } = told;
  if (!isReached(beat, shown.done)) {
    return `Step ${shown.step} has not come this far: it stands after “${BEAT_LABELS[shown.done]}”.`;
  }
  const of = shown.groups[group];
  const one = of.rollouts[rollout];
  switch (beat) {
    case 'sample':
      return (
        `Step ${shown.step} trains ${shown.stage} and draws ${plural(shown.groups.length, 'question')}; ` +
        `this is number ${group + 1}, whose answer is “${of.answer}”. The policy sees the image and the problem only.`
      );
    case 'rollout': {
      const lengths = of.rollouts.map(({ tokenIds }) => tokenIds.length);
      const ended = of.rollouts.filter(({ stopReason }) => stopReason === 'eos').length;
      const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
      const span = least === most ? String(least) : `${least} to ${most}`;
      const certain = Math.exp(mean(one.decodeLogProbs));
      return (
        `The policy answers it ${lengths.length} times, in ${span} tokens, and ends ${ended} of them by itself. In rollout ${rollout + 1} a token had probability ` +
        `${formatNumber(certain, 2)} on (geometric) average: chance is what makes the answers differ.`
      );
    }
    case 'score': {
      const rewards = of.rollouts.map(({ reward = 0 }) => reward);
      const right = of.rollouts.filter(({ accuracy }) => accuracy === 1).length;
      return (
        `The ${shown.stage} recipe pays between ${formatNumber(quantile(rewards, 0))} and ` +
        `${formatNumber(quantile(rewards, 1))}; ${right} of ${rewards.length} final answers are right. ` +
        `Rollout ${rollout + 1} gets ${formatNumber(one.reward)}.`
      );
    }
    case 'advantage':
      return advantageSentence(told);
    case 'update':
      return updateSentence(told, visibleText(one.tokenTexts[token] ?? ''));
    default:
      return beat satisfies never;
  }
}

function advantageSentence({ advantage, rollout }: Told): string {
  if (!advantage) return 'Known once every rollout of the step is scored.';
  const { mean: groupMean, groupStd, reward, baseline, rewards } = advantage;
  if (groupStd === 0) {
    return `All ${rewards.length} rewards are ${formatNumber(groupMean)}: every advantage is 0, and this group teaches nothing.`;
  }
  return (
    `The rewards have mean ${formatNumber(groupMean)} and std ${formatNumber(groupStd)}. Rollout ${rollout + 1} lies ` +
    `${formatSigned(reward - baseline)} from what it is compared with, so each of its tokens gets the advantage ` +
    `${formatSigned(advantage.advantage)}.`
  );
}

function updateSentence({ steps, token }: Told, text: string): string {
  if (!steps) return 'The response has no token to look at.';
  return (
    `Token ${token + 1}, “${text}”, has ratio ${formatNumber(steps.ratio, 4)} (${branchName(steps)}) and adds ` +
    `${formatSigned(steps.contribution, 6)} to the loss. The update ${pushOf(steps)}.`
  );
}

/** What the descent along a token's gradient does to its log-prob, and what part the KL has in it. */
export function pushOf({
  gradient,
  policyGradient,
}: Pick<TokenSteps, 'gradient' | 'policyGradient'>): string {
  if (gradient === 0) return 'leaves its log-prob alone';
  const isOutweighed = gradient * policyGradient < 0;
  const why =
    policyGradient === 0 ? ', by the KL alone' : isOutweighed ? ', for the KL outweighs the advantage' : '';
  return `pushes its log-prob ${gradient < 0 ? 'up' : 'down'}${why}`;
}

/** The branch that the loss took, in words. */
export function branchName({ policy, ratio }: Pick<TokenSteps, 'policy' | 'ratio'>): string {
  switch (policy.kind) {
    case 'clip':
      return BRANCHES[policy.taken];
    case 'weight':
      if (ratio < policy.low) return 'weight clipped low';
      return ratio > policy.high ? 'weight clipped high' : 'weight not clipped';
    case 'gate':
      return 'soft gate, never clipped';
    case 'response-weight':
      return 'whole response weighted, never clipped';
    default:
      return policy satisfies never;
  }
}

const BRANCHES = {
  none: 'not clipped',
  low: 'clipped low',
  high: 'clipped high',
  dual: 'held by the dual clip',
  cap: 'capped by delta',
} as const;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
