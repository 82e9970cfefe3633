import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import { waterfallSteps } from '../../ui/waterfall.ts';
import { evidenceMarks } from '../../ui/index.ts';
import { keywordHits } from './keywordHits.ts';
import { rewardText } from '../../engine/rewards/rewardText.ts';
import { explainToken } from '../../engine/rl/explain/index.ts';
import { checkAdvantage, checkReward } from './reconcile.ts';
import { colourTokens, tokenKls, tokenPushes } from './tokenColours.ts';

const anyRecord = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('perception' as const, 'reasoning' as const))
  .map(([step, stage]) => stepRecord(step, stage, 3, 4));
const runs = { numRuns: 12 };

describe('what the inspector shows', () => {
  it('adds up: contributions to the stored reward, evidence to the stored values', () => {
    fc.assert(
      fc.property(anyRecord, ({ groups }) => {
        for (const { terms, reward } of groups.flatMap((group) => group.rollouts)) {
          const steps = waterfallSteps(terms);
          const contributions = steps.map((step) => step.contribution ?? 0);
          expect(contributions.reduce((sum, part) => sum + part, 0)).toBeCloseTo(reward, 12);
          expect(steps.at(-1)?.to).toBeCloseTo(reward, 12);
          expect(checkReward(terms, reward)).toEqual({ recomputed: reward, difference: 0, differing: [] });
        }
      }),
      runs,
    );
  });

  it('notices a value that its evidence does not give', () => {
    const { terms, reward } = stepRecord(1, 'perception').groups[0].rollouts[0];
    const tampered = terms.map((term) => (term.name === 'keyword' ? { ...term, value: 0.123 } : term));
    expect(checkReward(tampered, reward + 0.1).differing).toEqual(['keyword']);
    expect(checkReward(tampered, reward + 0.1).difference).toBeCloseTo(-0.1, 12);
  });

  it('computes each advantage again from the step’s rewards', () => {
    fc.assert(
      fc.property(anyRecord, ({ groups, metrics }) => {
        groups.forEach((group, g) =>
          group.rollouts.forEach((_, r) => {
            const check = checkAdvantage(groups, g, r, CONFIG.objective);
            expect(check?.difference).toBe(0);
            expect(check?.mean).toBe(group.rewardMean);
            expect(check?.groupStd).toBe(group.rewardStd);
            expect(check?.batchStd).toBe(metrics.reward_std);
          }),
        );
      }),
      runs,
    );
  });

  it('has token KLs whose mean is the step’s kl', () => {
    const { groups, metrics } = stepRecord(2, 'reasoning');
    const kls = groups.flatMap((group) =>
      group.rollouts.flatMap((rollout) => tokenKls(rollout, CONFIG.objective) ?? []),
    );
    expect(kls.reduce((sum, kl) => sum + kl, 0) / kls.length).toBeCloseTo(metrics.kl, 12);
  });

  it('pushes each token by what the explainer derives, before it is averaged', () => {
    const record = stepRecord(2, 'reasoning');
    const anyObjective = fc.record({
      lossType: fc.constantFrom('pebr' as const, 'grpo' as const, 'cispo' as const),
      klCoefficient: fc.constantFrom(0, 0.04),
      clipHigh: fc.constantFrom(0.01, 0.2),
    });
    fc.assert(
      fc.property(anyObjective, fc.integer({ min: 0, max: 7 }), (changed, r) => {
        const objective = { ...CONFIG.objective, ...changed };
        const step = {
          groups: record.groups,
          config: { ...CONFIG, objective },
          hasReference: true,
          trained: true,
        };
        const pushes = tokenPushes(record.groups[1].rollouts[r], objective) ?? [];
        expect(pushes).toHaveLength(record.groups[1].rollouts[r].tokenIds.length);
        pushes.forEach((push, token) => {
          const steps = explainToken(step, { group: 1, rollout: r, token });
          expect(push * (steps?.weight ?? NaN)).toBeCloseTo(-(steps?.gradient ?? NaN), 12);
        });
      }),
      runs,
    );
  });

  it('marks spans that read as what was found', () => {
    fc.assert(
      fc.property(anyRecord, ({ groups }) => {
        for (const rollout of groups.flatMap((group) => group.rollouts)) {
          const text = rewardText(rollout.response);
          const keywords = rollout.terms.flatMap(({ evidence }) =>
            evidence.kind === 'keyword' ? evidence.keywords.map((entry) => entry.keyword.toLowerCase()) : [],
          );
          for (const mark of evidenceMarks(rollout.terms)) {
            const marked = text.slice(mark.start, mark.end).toLowerCase();
            if (mark.kind === 'keyword') expect(keywords).toContain(marked);
            if (mark.kind === 'heading') expect(marked.startsWith('###')).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  it('hits exactly the tokens that a found key word covers', () => {
    const rollout = stepRecord(4, 'perception').groups[0].rollouts[0];
    const hits = keywordHits(rollout);
    const hitText = rollout.tokenTexts
      .filter((_, i) => hits && hits[i].length > 0)
      .join('')
      .toLowerCase();
    const found = rollout.terms.flatMap(({ evidence }) =>
      evidence.kind === 'keyword' ? evidence.keywords.filter((entry) => entry.found) : [],
    );
    expect(found.length).toBeGreaterThan(0);
    for (const { keyword } of found) expect(hitText).toContain(keyword.toLowerCase());
  });

  it('colours nothing before its phase', () => {
    const { response, tokenIds, tokenTexts, stopReason, decodeLogProbs } = stepRecord(1, 'reasoning')
      .groups[0].rollouts[0];
    const draft = { response, tokenIds, tokenTexts, stopReason, decodeLogProbs };
    for (const mode of ['advantage', 'entropy', 'ratio', 'KL'] as const) {
      expect(colourTokens(mode, draft, [], CONFIG.objective)).toBeNull();
    }
    expect(colourTokens('log-prob', draft, [], CONFIG.objective)?.values).toEqual(decodeLogProbs);
  });
});
