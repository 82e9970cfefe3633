import { describe, expect, it } from 'vitest';
import { groupAdvantages, signalOf } from './advantage.ts';
import { lossNormaliser } from './aggregation.ts';
import { METRIC_DEFINITIONS } from './metricDefinitions.ts';
import { costMetrics, samplingMetrics, stepMetrics } from './metrics.ts';
import { referencePolicyLoss } from './objectiveReference.ts';
import { PEBR_OBJECTIVE as objective } from './presets.ts';
import type { GroupRecord, RolloutRecord, TermScore } from './types.ts';

interface Sketch {
  reward: number;
  accuracy: 0 | 1;
  f1: number | null;
  clip: number | null;
  logProbs: number[];
  old: number[];
  reference: number[];
  decode: number[];
  stopReason?: 'length';
}

const term = (name: TermScore['name'], value: number | null): TermScore => ({
  name,
  raw: value,
  value,
  weight: 0.4,
  evidence: { kind: 'length', tokens: 1, limit: 512 },
});

function groupOf(qid: string, sketches: readonly Sketch[]): GroupRecord {
  const rewards = sketches.map((sketch) => sketch.reward);
  const { advantages, means, stds } = groupAdvantages([rewards], 'group', 1e-6);
  const rollouts = sketches.map((sketch, r): RolloutRecord => ({
    response: 'text',
    tokenIds: sketch.logProbs.map((_, t) => t),
    tokenTexts: sketch.logProbs.map(String),
    stopReason: sketch.stopReason ?? 'eos',
    decodeLogProbs: sketch.decode,
    oldLogProbs: sketch.old,
    referenceLogProbs: sketch.reference,
    logProbs: sketch.logProbs,
    entropies: sketch.logProbs.map((_, t) => t / 2),
    reward: sketch.reward,
    terms: [term('clip', sketch.clip), term('accuracy', sketch.accuracy)],
    accuracy: sketch.accuracy,
    descriptionF1: sketch.f1,
    advantage: advantages[0][r],
  }));
  const accuracies = rollouts.map((rollout) => rollout.accuracy);
  const about = { kind: 'count', problem: 'How many?', answer: '2', key_words: [] };
  const signal = signalOf(rewards, accuracies);
  return { qid, ...about, rewardMean: means[0], rewardStd: stds[0], signal, rollouts };
}

const one = { logProbs: [-1, -2], old: [-1.5, -1], reference: [-1, -2.5], decode: [-1.5, -1.25] };
const two = { logProbs: [-0.5], old: [-0.5], reference: [-30], decode: [-0.5] };
const groups = [
  groupOf('a', [
    { reward: 1, accuracy: 1, f1: 0.5, clip: 0.25, ...one },
    { reward: 0, accuracy: 0, f1: null, clip: null, ...two, stopReason: 'length' },
  ]),
  groupOf('b', [
    { reward: 0.5, accuracy: 1, f1: 1, clip: 0.75, ...two },
    { reward: 0.5, accuracy: 0, f1: null, clip: null, ...two },
  ]),
];
const update = { tokens: 3, policyLoss: 1, kl: 0, gradNorm: 2, learningRate: 1e-4 };
const updates = [update, { ...update, tokens: 1, policyLoss: 5, gradNorm: 6 }];

describe('stepMetrics', () => {
  const metrics = stepMetrics(groups, updates, { objective });

  it('are rewards over the batch, shares over groups', () => {
    expect(metrics).toMatchObject({ reward: 0.5, frac_reward_zero_std: 0.5, 'groups/mixed': 0.5 });
    expect(metrics.reward_std).toBeCloseTo(Math.sqrt(0.5 / 3), 12);
    expect(metrics).toMatchObject({
      'groups/tied_other': 0.5,
      'groups/all_wrong': 0,
      'groups/all_correct': 0,
    });
  });
  it('leave out what has no value', () => {
    expect(metrics['perception/f1']).toBe(0.75);
    expect(metrics['rewards/clip/mean']).toBe(0.5);
    expect(metrics['rewards/clip/std']).toBeCloseTo(Math.sqrt(0.125), 12);
    expect(metrics['rewards/accuracy/mean']).toBe(0.5);
    expect(Object.keys(metrics).some((name) => name.startsWith('rewards/keyword'))).toBe(false);
    const blind = stepMetrics(
      [groupOf('c', [{ reward: 1, accuracy: 1, f1: null, clip: null, ...two }])],
      [],
      {
        objective: { ...objective, klCoefficient: 0 },
      },
    );
    for (const name of ['perception/f1', 'kl', 'policy_loss', 'rewards/clip/mean']) {
      expect(blind).not.toHaveProperty(name);
    }
  });
  it('are completions with the end token', () => {
    expect(metrics['completions/mean_length']).toBe(1.25);
    expect(metrics['completions/min_length']).toBe(1);
    expect(metrics['completions/max_length']).toBe(2);
    expect(metrics['completions/clipped_ratio']).toBe(0.25);
  });
  it('weigh updates by tokens', () => {
    expect(metrics.policy_loss).toBe(2);
    expect(metrics.grad_norm).toBe(3);
    expect(metrics.learning_rate).toBeCloseTo(1e-4, 12);
  });
  it("are the objective's own KL and clip counts over all tokens", () => {
    const rollouts = groups.flatMap((group) => group.rollouts);
    const { sums } = referencePolicyLoss(
      {
        logProbs: rollouts.map((r) => r.logProbs),
        oldLogProbs: rollouts.map((r) => r.oldLogProbs),
        referenceLogProbs: rollouts.map((r) => r.referenceLogProbs),
        advantages: rollouts.map((r) => r.advantage),
        mask: rollouts.map((r) => r.logProbs.map(() => 1)),
      },
      objective,
      lossNormaliser(objective, { tokens: 5, rows: 4, maxCompletionLength: 8 }),
    );
    expect(metrics.kl).toBeCloseTo(sums.kl / 5, 12);
    expect(metrics['clip_ratio/high_mean']).toBe(0.2);
    expect(metrics['clip_ratio/low_mean']).toBe(0);
    expect(metrics['clip_ratio/region_mean']).toBe(0.2);
    expect(metrics.entropy).toBeCloseTo(0.1, 12);
    expect(metrics.mismatch).toBeCloseTo(0.05, 12);
    expect(metrics['mismatch/max']).toBe(0.25);
  });
});

describe('METRIC_DEFINITIONS', () => {
  it('defines every metric a step has, and nothing else but the terms of other stages', () => {
    const cost = costMetrics({ seconds: 2, responseTokens: 10, tokensSoFar: 70 });
    expect(cost).toEqual({ num_tokens: 70, step_time: 2, tokens_per_second: 5 });
    const names = Object.keys({
      ...stepMetrics(groups, updates, { objective }),
      ...samplingMetrics(1, { groups: 0, rollouts: 0 }),
      ...cost,
    });
    for (const name of names) expect(METRIC_DEFINITIONS, name).toHaveProperty([name]);
    const unseen = Object.keys(METRIC_DEFINITIONS).filter((name) => !names.includes(name));
    expect(unseen.every((name) => /^rewards\/(keyword|format|length|overlong)\//.test(name))).toBe(true);
  });
});
