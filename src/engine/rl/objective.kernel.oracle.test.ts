import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { lossNormaliser } from './aggregation.ts';
import { golden, inputOf, sizesOf } from './goldenLogProbs.ts';
import { ORACLE_AGGREGATIONS, ORACLE_CONFIGS, readLossOracle } from './lossOracle.ts';
import { agrees, lossOf, near, onGpu } from './objectiveKernelCheck.ts';
import { objectiveUniforms } from './objectiveUniforms.ts';
import { trlCases } from './trlCases.ts';

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
});

const oracles = new URL('../../../fixtures/oracles/', import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, oracles), 'utf8'));
const { oracle, input, sizes } = readLossOracle(json('objective.json'));

describe("TRL's numbers", () => {
  it.each(oracle.cases)('$name', async (row) => {
    for (const [name, aggregation] of Object.entries(ORACLE_AGGREGATIONS)) {
      const config = { ...ORACLE_CONFIGS[row.name], aggregation };
      const objective = objectiveUniforms(config, lossNormaliser(config, sizes));
      const [{ coefficients, sums }] = await onGpu(input, [objective]);
      row.grad_new_logp[name]
        .flat()
        .forEach((g, i) => near(coefficients[i], g, objective.weight, () => `${name}, element ${i}`));
      near(lossOf(sums, config), row.loss[name], 1, () => name);
    }
  });

  const trl = trlCases(json('smolvlm-nano/trl-losses.json'));
  it('of the golden batch', async () => {
    const input = inputOf(
      golden(readFileSync(new URL('smolvlm-nano/golden.safetensors', oracles))),
      trl.referenceClamp,
    );
    const configs = trl.cases.map(({ config }) => config!);
    const outputs = await onGpu(
      input,
      configs.map((config) =>
        objectiveUniforms(config, lossNormaliser(config, sizesOf(input, trl.maxCompletionLength))),
      ),
    );
    trl.cases.forEach(({ name, loss, lossTolerance }, i) => {
      agrees(outputs[i], input, configs[i], trl.maxCompletionLength);
      const difference = Math.abs(lossOf(outputs[i].sums, configs[i]) - loss);
      expect(difference, name).toBeLessThan(lossTolerance * Math.max(1, Math.abs(loss)));
    });
  });
});
