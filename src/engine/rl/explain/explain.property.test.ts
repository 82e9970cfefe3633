/** What the explainer says against what trained: the record of real steps, and the reference's loss. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { CONFIG, stepRecord } from '../../../../fixtures/stepRecord.ts';
import { selectBackend } from '../../compute/backend.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { taskSetByName } from '../../tasks/index.ts';
import { lossNormaliser, tokenWeight } from '../aggregation.ts';
import { KL_CAP } from '../objectiveTerms.ts';
import { rowObjective } from '../objectiveReference.ts';
import { presetByName } from '../presets.ts';
import { loadRunParts } from '../runParts.ts';
import { Trainer } from '../trainer.ts';
import type { GroupRecord, ObjectiveConfig, StepRecord, TrainConfig } from '../types.ts';
import { explainAdvantage, explainStep, explainToken, NAMED_OBJECTIVES, surrogate } from './index.ts';
import type { ExplainedStep, TokenPlace, TokenSteps } from './index.ts';

const OBJECTIVES: readonly ObjectiveConfig[] = [
  CONFIG.objective,
  { ...CONFIG.objective, clipLow: 0.01, clipHigh: 0.01, dualClip: 1.02 },
  { ...CONFIG.objective, biasCorrectedKl: true, klEstimator: 'k2', aggregation: 'row_mean' },
  { ...CONFIG.objective, advantageEstimator: 'rloo', lossType: 'grpo', dualClip: 1.01, klEstimator: 'k1' },
  { ...CONFIG.objective, advantageEstimator: 'gdpo' },
  ...Object.values(NAMED_OBJECTIVES).map(({ objective }) => objective),
];

function explained(
  { groups }: StepRecord,
  config: Pick<TrainConfig, 'objective' | 'promptsPerMiniBatch' | 'sampling'>,
  trained = false,
): ExplainedStep {
  return { groups, config, hasReference: true, trained };
}

const places = (groups: readonly GroupRecord[]): TokenPlace[] =>
  groups.flatMap((of, group) =>
    of.rollouts.flatMap((one, rollout) => one.tokenIds.map((_, token) => ({ group, rollout, token }))),
  );

const allTokens = (step: ExplainedStep, groups: readonly GroupRecord[]): TokenSteps[] =>
  places(groups).flatMap((place) => explainToken(step, place) ?? []);

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

describe('the explanation of a token', () => {
  const anyCase = fc.record({
    step: fc.integer({ min: 1, max: 5000 }),
    stage: fc.constantFrom('perception' as const, 'reasoning' as const),
    objective: fc.constantFrom(...OBJECTIVES),
    promptsPerMiniBatch: fc.constantFrom(1, 2, 3),
  });

  test('is the record: advantage, ratio, KL and clip flags of every token', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (seed) => {
        const { groups } = stepRecord(seed, 'perception', 2, 4);
        const step = explained({ groups } as StepRecord, CONFIG, true);
        for (const [group, { rollouts }] of groups.entries()) {
          for (const [rollout, one] of rollouts.entries()) {
            const steps = explainAdvantage(step, { group, rollout });
            expect(steps?.advantage).toBe(one.advantage);
            expect(steps?.mean).toBe(groups[group].rewardMean);
            expect(steps?.groupStd).toBe(groups[group].rewardStd);
            const row = rowObjective(one, CONFIG.objective);
            row.tokens.forEach((token, t) => {
              const found = explainToken(step, { group, rollout, token: t });
              expect(found).toMatchObject(token);
              expect(found?.advantage).toBe(one.advantage);
              expect(found?.ratio).toBe(Math.exp(one.logProbs[t] - one.oldLogProbs[t]));
            });
          }
        }
      }),
      { numRuns: 3 },
    );
  });

  test('adds up: contributions to the loss, steps to the parts, whatever the objective', () => {
    fc.assert(
      fc.property(anyCase, ({ step: seed, stage, objective, promptsPerMiniBatch }) => {
        const record = stepRecord(seed, stage, 3, 3);
        const step = explained(record, { objective, promptsPerMiniBatch, sampling: CONFIG.sampling });
        const tokens = allTokens(step, record.groups);
        expect(tokens).toHaveLength(
          sumOf(
            record.groups.flatMap((g) => g.rollouts),
            (r) => r.tokenIds.length,
          ),
        );
        // Each mini-batch's contributions are its loss; the step's is their token-weighted mean.
        const loss = sumOf(tokens, (token) => token.contribution * token.normaliser.tokens) / tokens.length;
        const total = explainStep(step)!;
        expect(total.tokens).toBe(tokens.length);
        expect(loss).toBeCloseTo(total.loss, 10);
        for (const token of tokens) {
          expect(token.policyLoss).toBeCloseTo(policyFromSteps(token), 10);
          if (token.klSteps) expect(token.kl).toBeCloseTo(token.klSteps.held * token.klSteps.factor, 12);
          else expect(token.kl).toBe(0);
        }
      }),
      { numRuns: 12 },
    );
  });

  test('takes the branch that its loss and its gradient show', () => {
    const seen = new Set<string>();
    for (const objective of OBJECTIVES.slice(0, 4)) {
      const record = stepRecord(3, 'perception', 3, 4);
      const step = explained(record, { ...CONFIG, objective });
      for (const token of allTokens(step, record.groups)) {
        if (token.policy.kind !== 'clip' || token.advantage === 0) continue;
        const { taken, unclippedLoss, clippedLoss, bound } = token.policy;
        seen.add(taken);
        if (taken === 'none') expect(token.policyLoss).toBe(-token.advantage * token.ratio);
        if (taken === 'cap') expect(token.policyLoss).toBe(unclippedLoss);
        if (taken === 'low' || taken === 'high') expect(token.policyLoss).toBe(clippedLoss);
        if (taken === 'dual') expect(token.policyLoss).toBe(bound);
        if (taken === 'low') expect(token).toMatchObject({ clippedLow: true, clippedHigh: false });
        if (taken === 'high') expect(token).toMatchObject({ clippedLow: false, clippedHigh: true });
      }
    }
    expect([...seen].sort()).toEqual(['cap', 'dual', 'high', 'low', 'none']);
  });

  test('has a surrogate that passes through the token, with the slope that autodiff takes there', () => {
    const record = stepRecord(9, 'reasoning', 2, 4);
    for (const objective of OBJECTIVES) {
      const step = explained(record, { ...CONFIG, objective });
      for (const place of places(record.groups).filter((_, i) => i % 37 === 0)) {
        const token = explainToken(step, place)!;
        const [point] = surrogate(step, place, [Math.exp(token.logRatio)])!;
        expect(point.policyLoss).toBeCloseTo(token.policyLoss, 9);
        const withoutKl = token.klSteps
          ? explainToken({ ...step, hasReference: false }, place)!.gradient
          : token.gradient;
        expect(point.gradient * token.weight).toBeCloseTo(withoutKl, 9);
      }
    }
  });

  test('says when a log-prob or an estimate is held', () => {
    const record = stepRecord(1, 'reasoning', 1, 4);
    const [group] = record.groups;
    const far = group.rollouts.map((one) => ({
      ...one,
      oldLogProbs: one.logProbs.map((logProb) => logProb - 25),
      referenceLogProbs: one.logProbs.map((logProb) => logProb + 25),
    }));
    const step = explained({ ...record, groups: [{ ...group, rollouts: far }] }, CONFIG);
    const token = explainToken(step, { group: 0, rollout: 0, token: 0 })!;
    expect(token.ratio).toBe(Math.exp(token.logRatioBound));
    expect(token.klSteps?.difference).toBeCloseTo(25, 9);
    expect(token.klSteps).toMatchObject({ heldDifference: 20, bound: 20, held: KL_CAP });
    expect(token.kl).toBe(KL_CAP);
  });

  test('is silent before its phase and out of range', () => {
    const record = stepRecord(1, 'reasoning', 1, 2);
    const place = { group: 0, rollout: 0, token: 0 };
    const drafts = record.groups.map((group) => ({
      ...group,
      rollouts: group.rollouts.map(({ response, tokenIds, tokenTexts, stopReason, decodeLogProbs }) => ({
        response,
        tokenIds,
        tokenTexts,
        stopReason,
        decodeLogProbs,
      })),
    }));
    const step: ExplainedStep = { groups: drafts, config: CONFIG, hasReference: true, trained: true };
    expect(explainAdvantage(step, place)).toBeNull();
    expect(explainToken(step, place)).toBeNull();
    expect(explainStep(step)).toBeNull();
    expect(surrogate(step, place, [1])).toBeNull();
    expect(explainToken(explained(record, CONFIG), { ...place, token: 9999 })).toBeNull();
  });
});

/** The policy loss from the steps that the page prints. */
function policyFromSteps({ policy, advantage, logProb, ratio }: TokenSteps): number {
  switch (policy.kind) {
    case 'clip':
      if (policy.taken === 'dual') return policy.bound ?? NaN;
      if (policy.taken === 'none') return -advantage * ratio;
      return policy.taken === 'cap' ? policy.unclippedLoss : policy.clippedLoss;
    case 'weight':
    case 'response-weight':
      return -advantage * policy.weight * logProb;
    case 'gate':
      return (-advantage * 4 * policy.gate) / policy.temperature;
    default:
      return policy satisfies never;
  }
}

describe('the explanation of a real step', () => {
  const nano = presetByName('nano');
  const config: TrainConfig = {
    ...nano,
    stages: 'reasoning',
    promptsPerStep: 4,
    promptsPerMiniBatch: 2,
    groupSize: 4,
    optimizer: { ...nano.optimizer, learningRate: 1e-2 },
    objective: { ...nano.objective, clipLow: 0.02, clipHigh: 0.02, klCoefficient: 0.1 },
  };
  let records: StepRecord[];
  beforeAll(async () => {
    await prepareNodeBackends();
    await selectBackend({ forced: 'wasm' });
    const shipped = (name: string): Promise<Uint8Array | null> =>
      readFile(join('public', 'models', 'nano', name)).catch(() => null);
    // Reasoning reads no similarity.
    const scorer = {
      id: 'none',
      threshold: 1,
      maxTokens: 1,
      score: () => Promise.resolve(new Float32Array()),
    };
    const parts = await loadRunParts(shipped, taskSetByName('scenes-nano'), scorer);
    const trainer = new Trainer(parts, config);
    records = [await trainer.runStep(), await trainer.runStep()];
  }, 120_000);

  test('adds up to the policy loss and the KL that were recorded, over several updates', () => {
    for (const { groups, metrics } of records) {
      const step: ExplainedStep = { groups, config, hasReference: true, trained: true };
      const total = explainStep(step)!;
      // The device adds float32 terms: the error grows with what is added, not with what is left.
      expect(Math.abs(total.policyLoss - metrics.policy_loss)).toBeLessThan(1e-5 * total.size + 1e-9);
      expect(total.size).toBeGreaterThan(0.1);
      const tokens = allTokens(step, groups);
      expect(sumOf(tokens, ({ kl }) => kl) / tokens.length).toBeCloseTo(metrics.kl, 12);
      const share = (of: (token: TokenSteps) => boolean): number => tokens.filter(of).length / tokens.length;
      expect(share((token) => token.clippedLow)).toBeCloseTo(metrics['clip_ratio/low_mean'], 12);
      expect(share((token) => token.clippedHigh)).toBeCloseTo(metrics['clip_ratio/high_mean'], 12);
      // The second update is off-policy: something moved.
      expect(tokens.some((token) => token.ratio !== 1)).toBe(true);
    }
  });

  test('weighs a token by its own mini-batch', () => {
    const { groups } = records[0];
    const step: ExplainedStep = { groups, config, hasReference: true, trained: true };
    const lengths = groups.slice(2, 4).flatMap((group) => group.rollouts.map((one) => one.tokenIds.length));
    const sizes = { rows: 8, tokens: sumOf(lengths, (length) => length), maxCompletionLength: 48 };
    const token = explainToken(step, { group: 3, rollout: 1, token: 0 })!;
    expect(token.weight).toBe(tokenWeight(lossNormaliser(config.objective, sizes), lengths[5]));
  });
});
