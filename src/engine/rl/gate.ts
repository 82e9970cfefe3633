/**
 * The gate of the static plans: a driver may compute a shader wrongly and say nothing. At the start a very small
 * policy rolls out and takes an update by the plans and on the cpu; where the numbers differ, the plans stay off.
 */
import * as tf from '@tensorflow/tfjs-core';
import { createOptimizer } from '../compute/optimizer.ts';
import { setFusedOpsOff } from '../compute/webgpu/fused.ts';
import { architectureOf } from '../model/architectures.ts';
import { imageTokenCount } from '../model/config.ts';
import { Policy } from '../model/policy.ts';
import { RandomStream } from '../random.ts';
import { PRESETS } from './presets.ts';
import { generateRollouts } from './rollout.ts';
import type { TrainConfig } from './types.ts';
import { updatePolicy } from './updatePhase.ts';

/** One layer each, sizes that leave remainders in every block of the kernels. */
const CONFIG = architectureOf(
  {
    image: 16,
    patch: 4,
    width: 16,
    visionLayers: 1,
    textLayers: 1,
    heads: 4,
    keyValueHeads: 2,
    visionMlp: 20,
    textMlp: 28,
    positions: 64,
  },
  37,
);
const TRAIN: TrainConfig = {
  ...PRESETS.nano,
  rolloutsPerMicroBatch: 4,
  sampling: { temperature: 1, topP: 1, topK: 0, maxNewTokens: 6 },
  // A large epsilon makes the update follow the gradient: with a small one its sign alone would count.
  optimizer: { ...PRESETS.nano.optimizer, learningRate: 0.1, epsilon: 1 },
};
const IMAGE = Array<number>(imageTokenCount(CONFIG)).fill(CONFIG.image_token_id);
const GROUPS = [
  {
    prompt: [...IMAGE, 7, 11, 30],
    responses: [
      [5, 9, 2],
      [12, 36, 20, 8, 4],
    ],
  },
  {
    prompt: [...IMAGE, 21, 6],
    responses: [
      [33, 2],
      [17, 17, 28, 10],
    ],
  },
];
const ADVANTAGES = [0.7, -0.7, -1.2, 1.2];

/** Relative to the largest number of its kind. Rounding is a thousand times smaller. */
const TOLERANCE = 1e-3;

type Numbers = ReadonlyMap<string, Float32Array>;

/** Everything that the plans compute, on the current backend. */
async function numbers(): Promise<Numbers> {
  const random = new RandomStream(1);
  const { num_channels, image_size } = CONFIG.vision;
  const perImage = num_channels * image_size ** 2;
  const pixels = Float32Array.from({ length: GROUPS.length * perImage }, () => random.normal());
  const policy = Policy.initialize(CONFIG, 1);
  const reference = Policy.initialize(CONFIG, 2);
  const optimizer = createOptimizer(policy.parameters, policy.flat, TRAIN.optimizer);
  try {
    const prompts = GROUPS.map(({ prompt }) => ({ ids: prompt }));
    const keys = { seed: 1, step: 1, groups: GROUPS.map((_, g) => g) };
    const rollouts = (await generateRollouts(policy, prompts, pixels, 2, TRAIN.sampling, keys)).flat();
    const groups = GROUPS.map(({ prompt, responses }, g) => ({
      pixels: pixels.subarray(g * perImage, (g + 1) * perImage),
      rows: responses.map((response, r) => ({ prompt, response, advantage: ADVANTAGES[2 * g + r] })),
    }));
    const parts = { policy, reference, trained: policy.parameters, optimizer };
    const { rows, updates } = await updatePolicy(parts, groups, TRAIN);
    const ofRows = (field: 'logProbs' | 'entropies' | 'referenceLogProbs') =>
      Float32Array.from(rows.flat().flatMap((row) => row[field]));
    return new Map([
      ['sampled tokens', Float32Array.from(rollouts.flatMap(({ tokenIds }) => tokenIds))],
      ['log-probs of the decode', Float32Array.from(rollouts.flatMap(({ logProbs }) => logProbs))],
      ['log-probs', ofRows('logProbs')],
      ['entropies', ofRows('entropies')],
      ['reference log-probs', ofRows('referenceLogProbs')],
      ['loss', Float32Array.from(updates.flatMap(({ policyLoss, kl }) => [policyLoss, kl]))],
      ['gradient norm', Float32Array.from(updates.map(({ gradNorm }) => gradNorm))],
      ...[...(await policy.exportTensors())].map(([name, { data }]): [string, Float32Array] => [
        `updated ${name}`,
        data,
      ]),
    ]);
  } finally {
    optimizer.dispose();
    policy.dispose();
    reference.dispose();
  }
}

function difference(actual: Numbers, expected: Numbers): string | null {
  for (const [name, values] of expected) {
    const other = actual.get(name)!;
    if (other.length !== values.length) return `${name}: ${other.length} numbers for ${values.length}`;
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
    // Turned round, so that NaN counts as a difference.
    const at = values.findIndex((value, i) => !(Math.abs(other[i] - value) <= TOLERANCE * scale));
    if (at >= 0) return `${name}: ${other[at]} for ${values[at]}`;
  }
  return null;
}

/**
 * Turns the static plans of the current backend, webgpu, off if they compute wrongly or not at all. Returns why, or
 * null when they are right.
 */
export async function passGate(): Promise<string | null> {
  let why: string | null;
  setFusedOpsOff(null);
  try {
    const actual = await numbers();
    await tf.setBackend('cpu');
    why = difference(actual, await numbers());
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  } finally {
    await tf.setBackend('webgpu');
  }
  setFusedOpsOff(why);
  return why;
}
