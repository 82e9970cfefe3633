/** This engine, through the functions that the trainer calls. */
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend, type BackendName } from '../compute/backend.ts';
import { createOptimizer } from '../compute/optimizer.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { measureMatmul } from '../compute/webgpu/measureMatmul.ts';
import { setFusedOpsOff } from '../compute/webgpu/fused.ts';
import { Policy } from '../model/policy.ts';
import type { NamedTensors, PolicyConfig } from '../model/types.ts';
import { PRESETS } from '../rl/presets.ts';
import { generateRollouts } from '../rl/rollout.ts';
import type { TrainConfig } from '../rl/types.ts';
import type { UpdateGroup } from '../rl/microBatch.ts';
import { updatePolicy, type UpdateParts } from '../rl/updatePhase.ts';
import { OBJECTIVE, OPTIMIZER, withResponses } from './index.ts';
import type { BenchBatch, Contender, TrainResult } from './index.ts';

export interface OursOptions {
  /** null: the current one, as it is. */
  readonly backend: BackendName | null;
  /** Off: every fused op runs as its composite of plain tfjs ops. */
  readonly fusedOps: boolean;
  /** Measure first how the device computes dense layers best, as the page does at its start. Needs webgpu. */
  readonly tuned?: boolean;
}

export class Ours implements Contender {
  readonly #options: OursOptions;
  #batch!: BenchBatch;
  #parts!: UpdateParts;
  #config!: TrainConfig;
  #zeros: ReadonlyMap<string, tf.Tensor> | null = null;

  constructor(options: OursOptions) {
    this.#options = options;
  }

  async prepare(config: PolicyConfig, weights: NamedTensors, batch: BenchBatch): Promise<void> {
    const { backend, fusedOps, tuned } = this.#options;
    if (backend) await selectBackend({ forced: backend });
    if (tuned) await measureMatmul(gpuDevice());
    setFusedOpsOff(fusedOps ? null : 'measured without');
    const policy = Policy.fromTensors(config, weights);
    this.#batch = batch;
    this.#parts = {
      policy,
      reference: policy.clone(),
      trained: policy.parameters,
      optimizer: createOptimizer(policy.parameters, policy.flat, OPTIMIZER),
    };
    const groupSize = batch.groups[0].rows.length;
    const prompts = batch.groups.length;
    this.#config = {
      ...PRESETS.tiny,
      promptsPerStep: prompts,
      promptsPerMiniBatch: prompts,
      groupSize,
      rolloutsPerMicroBatch: prompts * groupSize,
      sampling: { temperature: 1, topP: 1, topK: 0, maxNewTokens: batch.maxNewTokens },
      objective: OBJECTIVE,
      optimizer: OPTIMIZER,
    };
  }

  async trainMicroBatch(): Promise<TrainResult> {
    return this.#update(groupsOf(this.#batch, true));
  }

  rolloutBatch(seed: number): Promise<number[][]> {
    return this.#sample(seed);
  }

  async wholeStep(seed: number): Promise<number[][]> {
    const responses = await this.#sample(seed);
    await this.#update(groupsOf(withResponses(this.#batch, responses), false));
    return responses;
  }

  async optimise(): Promise<void> {
    const { trained, optimizer } = this.#parts;
    // Made once: making them is no part of the optimiser.
    this.#zeros ??= new Map([...trained].map(([name, value]) => [name, tf.zerosLike(value)]));
    await optimizer.step(this.#zeros, OPTIMIZER.learningRate);
  }

  dispose(): void {
    tf.dispose([...(this.#zeros?.values() ?? [])]);
    this.#parts.optimizer.dispose();
    this.#parts.policy.dispose();
    this.#parts.reference?.dispose();
  }

  async #update(groups: readonly UpdateGroup[]): Promise<TrainResult> {
    const { updates } = await updatePolicy(this.#parts, groups, this.#config);
    const [{ policyLoss, kl, gradNorm }] = updates;
    return { loss: policyLoss + OBJECTIVE.klCoefficient * kl, kl, gradNorm };
  }

  async #sample(seed: number): Promise<number[][]> {
    const { groups, pixels } = this.#batch;
    const rollouts = await generateRollouts(
      this.#parts.policy,
      groups.map(({ prompt }) => ({ ids: prompt })),
      pixels,
      this.#config.groupSize,
      this.#config.sampling,
      { seed, step: 0, groups: groups.map((_, group) => group) },
    );
    return rollouts.flat().map(({ tokenIds }) => [...tokenIds]);
  }
}

/** The batch as the update takes it, with its reference log-probs or to be given by the reference. */
function groupsOf({ groups, pixels }: BenchBatch, withReference: boolean): UpdateGroup[] {
  const size = pixels.length / groups.length;
  return groups.map(({ prompt, rows }, group) => ({
    pixels: pixels.subarray(group * size, (group + 1) * size),
    rows: rows.map(({ response, advantage, referenceLogProbs }) =>
      withReference ? { prompt, response, advantage, referenceLogProbs } : { prompt, response, advantage },
    ),
  }));
}
