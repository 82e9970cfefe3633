/** Batches to measure on: real questions with sampled responses, or made-up tokens of given sizes. */
import type { CheckpointFiles } from '../model/checkpoint.ts';
import { readCheckpoint } from '../model/checkpoint.ts';
import { imageTokenCount } from '../model/config.ts';
import { Policy } from '../model/policy.ts';
import { toPixelValues } from '../model/preprocess.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import type { NamedTensors, PolicyConfig } from '../model/types.ts';
import { hash, RandomStream } from '../random.ts';
import { promptOf } from '../rl/promptOf.ts';
import { generateRollouts } from '../rl/rollout.ts';
import { pebrExtras } from '../rl/runParts.ts';
import type { TaskSet } from '../tasks/types.ts';
import type { BenchBatch, BenchRow } from './index.ts';

export interface BatchSizes {
  readonly groups: number;
  readonly groupSize: number;
  readonly maxNewTokens: number;
}

/** Everything a contender is prepared with. */
export interface BenchSetup {
  readonly config: PolicyConfig;
  readonly weights: NamedTensors;
  readonly batch: BenchBatch;
}

/** Deviation of the reference's log-probs from the policy's, nats: a policy some updates away from its reference. */
const REFERENCE_DEVIATION = 0.2;

function rowOf(response: readonly number[], logProbs: readonly number[], ...address: number[]): BenchRow {
  const draws = new RandomStream(...address);
  const referenceLogProbs = logProbs.map((value) => value + REFERENCE_DEVIATION * draws.normal());
  return { response, advantage: draws.normal(), referenceLogProbs };
}

/** A shipped checkpoint on its own questions: responses are sampled on tfjs's current backend. */
export async function sampledSetup(
  files: CheckpointFiles,
  tasks: TaskSet,
  { groups, groupSize, maxNewTokens }: BatchSizes,
): Promise<BenchSetup> {
  const checkpoint = await readCheckpoint(files);
  const { config, tensors } = checkpoint;
  const policy = Policy.fromTensors(config, tensors);
  const tokenizer = Tokenizer.fromJson(checkpoint.tokenizerJson, checkpoint.tokenizerConfig ?? {});
  const instruction = pebrExtras(checkpoint).instruction ?? '';
  const samples = Array.from({ length: groups }, (_, index) => tasks.sample('train', index));
  const images = await Promise.all(samples.map(({ images }) => images[0].load()));
  const pixels = toPixelValues(images, checkpoint.preprocessing);
  const prompts = samples.map((sample) => promptOf({ policy, tokenizer, instruction }, sample));
  const rollouts = await generateRollouts(
    policy,
    prompts.map((ids) => ({ ids })),
    pixels,
    groupSize,
    { temperature: 1, topP: 1, topK: 0, maxNewTokens },
    { seed: 1, step: 0, groups: samples.map((_, group) => group) },
  );
  policy.dispose();
  const batch = {
    pixels,
    maxNewTokens,
    groups: rollouts.map((rows, group) => ({
      prompt: prompts[group],
      rows: rows.map(({ tokenIds, logProbs }, row) => rowOf(tokenIds, logProbs, group, row)),
    })),
  };
  return { config, weights: tensors, batch };
}

/** Tokens that mean nothing, for counting: every response has all `maxNewTokens` tokens. */
export function madeUpBatch(config: PolicyConfig, sizes: BatchSizes, questionTokens: number): BenchBatch {
  const { image_size, num_channels } = config.vision;
  const { vocab_size, bos_token_id } = config.text;
  const words = (count: number, ...address: number[]): number[] =>
    Array.from({ length: count }, (_, i) => 4 + (hash(...address, i) % (vocab_size - 4)));
  const image = Array<number>(imageTokenCount(config)).fill(config.image_token_id);
  const draws = new RandomStream(1);
  return {
    pixels: Float32Array.from({ length: sizes.groups * num_channels * image_size ** 2 }, () =>
      draws.normal(),
    ),
    maxNewTokens: sizes.maxNewTokens,
    groups: Array.from({ length: sizes.groups }, (_, group) => ({
      prompt: [bos_token_id, ...image, ...words(questionTokens, group)],
      rows: Array.from({ length: sizes.groupSize }, (_, row) => {
        const response = words(sizes.maxNewTokens, group, row);
        return rowOf(response, Array<number>(response.length).fill(-1), group, row);
      }),
    })),
  };
}
