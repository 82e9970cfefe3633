import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import type { Recipe, RewardStage, RolloutRecord, StepRecord } from '../../engine/index.ts';
import { estimateAdvantages } from '../../engine/rl/advantage.ts';
import { scoreResponse } from '../../engine/rewards/index.ts';
import type { Similarity } from '../../engine/rewards/index.ts';
import { knobsOf, scoreEdit, whatIf } from './whatIf.ts';
import type { KnobChanges } from './whatIf.ts';

const runs = { numRuns: 12 };
const anyStage = fc.constantFrom<RewardStage>('perception', 'reasoning');
const anyRecord = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), anyStage)
  .map(([step, stage]) => stepRecord(step, stage, 3, 4));
const everyRollout = ({ groups }: StepRecord) =>
  groups.flatMap((group, g) =>
    group.rollouts.map((rollout, r) => ({ group: g, rollout: r, record: rollout })),
  );

/** What the scorer said of a rollout when it trained. */
function similarityOf({ terms }: RolloutRecord): Similarity | null {
  const evidence = terms.find(({ name }) => name === 'clip')?.evidence;
  if (evidence?.kind !== 'clip') return null;
  return { value: evidence.similarity, scorer: evidence.scorer, threshold: evidence.threshold };
}

describe('a what-if', () => {
  it('with nothing changed is exactly what trained: every term, reward, rank and advantage', () => {
    fc.assert(
      fc.property(
        anyRecord,
        fc.constantFrom('group_mean' as const, 'rloo' as const, 'gdpo' as const),
        fc.constantFrom('group' as const, 'batch' as const, 'none' as const),
        (record, advantageEstimator, advantageScale) => {
          const objective = { ...CONFIG.objective, advantageEstimator, advantageScale };
          const trained = estimateAdvantages(
            record.groups.map((group) => group.rollouts),
            objective,
          ).advantages;
          const groups = record.groups.map((group, g) => ({
            ...group,
            rollouts: group.rollouts.map((one, r) => ({ ...one, advantage: trained[g][r] })),
          }));
          for (const { group, rollout, record: one } of everyRollout(record)) {
            const knobs = knobsOf(one.terms);
            // Every knob turned to where it stands.
            const same: KnobChanges = Object.fromEntries(knobs.map((knob) => [knob.id, knob.trained]));
            const result = whatIf({ groups, group, rollout }, objective, same, null);
            expect(result?.terms).toEqual(one.terms);
            expect(result?.reward).toBe(one.reward);
            for (const { reward, rank, advantage } of result?.group ?? []) {
              expect(reward.whatIf).toBe(reward.trained);
              expect(rank.whatIf).toBe(rank.trained);
              expect(advantage.whatIf).toBe(advantage.trained);
            }
          }
        },
      ),
      runs,
    );
  });

  it('scores the sampled text itself to exactly what trained', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        for (const { group, rollout, record: one } of everyRollout(record)) {
          const facts = { tokens: one.tokenIds.length, similarity: similarityOf(one), custom: null };
          const edited = scoreEdit(record.stage, record.groups[group], one.terms, one.response, facts);
          expect(edited).toEqual(one.terms);
          const place = { groups: record.groups, group, rollout };
          const result = whatIf(place, CONFIG.objective, {}, edited);
          expect(result?.reward).toBe(one.reward);
          expect(result?.group[rollout].advantage.whatIf).toBe(one.advantage);
        }
      }),
      runs,
    );
  });

  it('is what training under the changed recipe would have given the step', () => {
    const anyWeight = fc.double({ min: 0, max: 2, noNaN: true });
    const anyKnobs = fc.record({
      clip: anyWeight,
      keyword: anyWeight,
      accuracy: anyWeight,
      clipThreshold: fc.double({ min: 0.05, max: 1, noNaN: true }),
      lengthLimit: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), anyKnobs, (step, knobs) => {
        const { groups, stage } = stepRecord(step, 'perception', 3, 4);
        const { clip, keyword, accuracy, clipThreshold, lengthLimit } = knobs;
        const published = CONFIG.recipes.perception;
        const recipe: Recipe = {
          ...published,
          weights: { ...published.weights, clip, keyword, accuracy },
          clipThreshold,
          lengthLimit,
        };
        const trained = groups.map(({ answer, key_words, rollouts }) =>
          rollouts.map((one) => {
            const { response, tokenIds } = one;
            const input = { response, answer, key_words, responseTokens: tokenIds.length };
            const score = scoreResponse(stage, input, similarityOf(one), recipe, 'training');
            return { reward: score.overall ?? NaN, terms: score.terms };
          }),
        );
        const { advantages } = estimateAdvantages(trained, CONFIG.objective);
        const changes: KnobChanges = {
          'weight clip': clip,
          'weight keyword': keyword,
          'weight accuracy': accuracy,
          'clip threshold': clipThreshold,
          'length limit': lengthLimit,
        };
        const result = whatIf({ groups, group: 1, rollout: 2 }, CONFIG.objective, changes, null);
        expect(result?.terms).toEqual(trained[1][2].terms);
        expect(result?.group.map(({ reward }) => reward.whatIf)).toEqual(
          trained[1].map(({ reward }) => reward),
        );
        expect(result?.group.map(({ advantage }) => advantage.whatIf)).toEqual(advantages[1]);
      }),
      runs,
    );
  });
});

describe('an edited response', () => {
  const record = stepRecord(3, 'perception', 2, 4);
  const [group] = record.groups;
  const [one] = group.rollouts;
  const place = { groups: record.groups, group: 0, rollout: 0 };

  it('has its text terms at once, and no reward, rank or advantage while the scorer is asked', () => {
    const edited = scoreEdit(record.stage, group, one.terms, 'nothing', {
      tokens: null,
      similarity: null,
      custom: null,
    });
    const result = whatIf(place, CONFIG.objective, {}, edited);
    expect(result?.terms.find(({ name }) => name === 'format')?.value).toBe(0);
    expect(result?.terms.find(({ name }) => name === 'keyword')?.value).toBe(0);
    expect(result?.missing).toEqual(['clip', 'length']);
    expect(result?.reward).toBeNull();
    expect(
      result?.group.every(({ rank, advantage }) => rank.whatIf === null && advantage.whatIf === null),
    ).toBe(true);
    // The others' rewards do not depend on it.
    expect(result?.group[1].reward).toEqual({
      trained: group.rollouts[1].reward,
      whatIf: group.rollouts[1].reward,
    });
  });

  it('counts a scorer or a code that failed 0, as training does', () => {
    const custom = { kind: 'custom', returned: 1, note: '', spans: [] } as const;
    const trained = [
      ...one.terms,
      { name: 'custom:own', raw: 1, value: 1, weight: 0.5, evidence: custom } as const,
    ];
    const failedScorer = { value: null, scorer: 'drawn', threshold: 0.4, error: 'device lost' };
    const facts = { tokens: 3, similarity: failedScorer, custom: null };
    const waiting = scoreEdit(record.stage, group, trained, 'nothing', facts);
    expect(waiting.at(-1)).toMatchObject({ name: 'custom:own', value: null, weight: 0.5 });
    expect(waiting.find(({ name }) => name === 'clip')?.value).toBe(0);
    const failure = { value: null, note: '', spans: [], error: 'line 1: no' };
    const answered = scoreEdit(record.stage, group, trained, 'nothing', { ...facts, custom: [failure] });
    expect(answered.at(-1)).toMatchObject({ value: 0, weight: 0.5, evidence: { error: 'line 1: no' } });
    const result = scoreEdit(record.stage, group, trained, 'x', {
      ...facts,
      custom: [{ ...failure, value: 0.25, error: null }],
    });
    expect(result.at(-1)).toMatchObject({ name: 'custom:own', value: 0.25 });
  });

  it('needs no similarity where it weighs nothing', () => {
    const edited = scoreEdit(record.stage, group, one.terms, 'nothing', {
      tokens: 3,
      similarity: null,
      custom: null,
    });
    expect(whatIf(place, CONFIG.objective, { 'weight clip': 0 }, edited)?.reward).toBeCloseTo(0.1, 12);
  });

  it('moves the advantages of the whole group', () => {
    const similarity = { value: 0.9, scorer: 'drawn', threshold: 0.4 };
    const words = group.key_words.join(' ');
    const edited = scoreEdit(record.stage, group, one.terms, `${one.response} ${words}`, {
      tokens: 60,
      similarity,
      custom: null,
    });
    const result = whatIf(place, CONFIG.objective, {}, edited);
    expect(result?.reward).toBeGreaterThanOrEqual(one.reward);
    const after = result?.group.map(({ advantage }) => advantage.whatIf ?? NaN) ?? [];
    expect(after).not.toEqual(group.rollouts.map(({ advantage }) => advantage));
    expect(after.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
  });

  it('is null while a reward of the step is missing', () => {
    const { reward: _, ...unscored } = group.rollouts[0];
    const groups = [{ ...group, rollouts: [unscored, ...group.rollouts.slice(1)] }];
    expect(whatIf({ groups, group: 0, rollout: 1 }, CONFIG.objective, {}, null)).toBeNull();
  });
});
