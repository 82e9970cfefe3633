import { describe, expect, test } from 'vitest';
import { mergeConfig } from './mergeConfig.ts';
import { presetByName } from './presets.ts';

const tiny = presetByName('tiny');

describe('mergeConfig', () => {
  test('lays the objectives’ settings over the preset', () => {
    const config = mergeConfig(tiny, {
      dynamicSampling: 4,
      objective: {
        lossType: 'vespo',
        importanceSampling: 'sequence',
        aggregation: 'row_sum',
        klEstimator: 'k1',
        advantageEstimator: 'gdpo',
        vespo: { kPositive: 1 },
      },
      recipes: { reasoning: { overlongLimit: 96 } },
    });
    expect(config.objective).toEqual({
      ...tiny.objective,
      lossType: 'vespo',
      importanceSampling: 'sequence',
      aggregation: 'row_sum',
      klEstimator: 'k1',
      advantageEstimator: 'gdpo',
      vespo: { ...tiny.objective.vespo, kPositive: 1 },
    });
    expect(config.dynamicSampling).toBe(4);
    expect(config.recipes.reasoning).toEqual({ ...tiny.recipes.reasoning, overlongLimit: 96 });
    expect(mergeConfig(config, { dynamicSampling: null }).dynamicSampling).toBeNull();
  });

  test.each([
    [
      { objective: { lossType: 'gspo' } },
      /objective\.lossType.*pebr, grpo.*cispo, sapo, luspo, vespo.*"gspo"/,
    ],
    [{ objective: { importanceSampling: 'word' } }, /importanceSampling.*token, sequence.*"word"/],
    [{ objective: { aggregation: 'sum' } }, /aggregation.*default, token_mean, row_mean, constant, row_sum/],
    [{ objective: { klEstimator: 'k4' } }, /klEstimator.*k1, k2, k3.*"k4"/],
    [{ objective: { advantageEstimator: 'loo' } }, /advantageEstimator.*group_mean, rloo, gdpo.*"loo"/],
    [{ objective: { clampKl: 1 } }, /clampKl.*boolean.*1/],
    [{ objective: { sapo: { temperaturePositive: 0 } } }, /sapo\.temperaturePositive.*at least 0\.001.*0/],
    [{ objective: { vespo: { k: 1 } } }, /vespo\.k.*kPositive, lambdaPositive/],
    [{ dynamicSampling: 0 }, /dynamicSampling.*at least 1.*0/],
    [{ recipes: { reasoning: { overlongTail: -1 } } }, /overlongTail.*at least 0.*-1/],
  ])('refuses %j, naming field, allowed values and what it got', (json, message) => {
    expect(() => mergeConfig(tiny, json)).toThrow(message);
  });
});
