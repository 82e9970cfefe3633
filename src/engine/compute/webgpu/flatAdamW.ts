import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor, NamedTensors } from '../../model/types.ts';
import type { OptimizerConfig } from '../../rl/types.ts';
import { NonFiniteError } from '../nonFinite.ts';
import type { Optimizer } from '../optimizer.ts';
import { clipFactor, NORM_PARTS, squares, update, type UpdateCall } from './adamw.ts';
import { freeBuffer, makeBuffer } from './buffers.ts';
import { bufferOf, flushTfjs, gpuDevice } from './eager.ts';
import { FlatBuffer } from './flatBuffer.ts';
import { Plan } from './plan.ts';
import { readBack, type Piece } from './readBack.ts';

/** Parameters that lie next to each other, in floats. */
interface Range {
  readonly first: number;
  readonly count: number;
}

/** What changes from step to step. */
type StepSizes = Omit<UpdateCall, 'first' | 'count'>;

/** AdamW over flat buffers: three dispatches for a model whose trained parameters lie next to each other. */
export class FlatAdamW implements Optimizer {
  /** Where gradients add up until a step takes them. */
  readonly gradients: FlatBuffer;
  /** Set to 1 by `guardFinite` where a loss is not finite: then a step changes nothing. */
  readonly guard: GPUBuffer;
  readonly #parameters: FlatBuffer;
  readonly #names: readonly string[];
  readonly #config: OptimizerConfig;
  readonly #device = gpuDevice();
  readonly #first: FlatBuffer;
  readonly #second: FlatBuffer;
  readonly #parts: GPUBuffer;
  readonly #state: GPUBuffer;
  readonly #plan: Plan<StepSizes>;
  #steps = 0;
  #attached: { dispose(): void } | null = null;

  /** For the named ones of the parameters. */
  constructor(parameters: FlatBuffer, names: readonly string[], config: OptimizerConfig) {
    const { layout } = parameters;
    this.#parameters = parameters;
    this.#names = names;
    this.#config = config;
    this.gradients = new FlatBuffer(this.#device, layout, 'gradients');
    this.#first = new FlatBuffer(this.#device, layout, 'first moments');
    this.#second = new FlatBuffer(this.#device, layout, 'second moments');
    const storage = (label: string, floats: number) =>
      makeBuffer(this.#device, {
        label,
        size: 4 * floats,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
    this.guard = storage('guard', 4);
    this.#parts = storage('sums of squares', NORM_PARTS);
    this.#state = storage('clip factor', 4);
    this.#plan = this.#build();
  }

  get steps(): number {
    return this.#steps;
  }

  #build(): Plan<StepSizes> {
    const plan = new Plan<StepSizes>(this.#device, 'AdamW');
    const gradients = this.gradients.buffer;
    const state = this.#state;
    plan.add(squares, { gradients, parts: this.#parts }, () => this.gradients.layout.floats / 4);
    plan.add(clipFactor, { parts: this.#parts, guard: this.guard, state }, () => this.#config.maxGradNorm);
    const buffers = {
      gradients,
      state,
      parameters: this.#parameters.buffer,
      first: this.#first.buffer,
      second: this.#second.buffer,
    };
    for (const range of this.#ranges()) plan.add(update, buffers, (sizes) => ({ ...sizes, ...range }));
    return plan;
  }

  /** The trained parameters in as few pieces as there are; what pads a tensor to its alignment goes with it. */
  #ranges(): Range[] {
    const trained = new Set(this.#names);
    const ranges: Range[] = [];
    let open: { first: number; count: number } | null = null;
    const places = [...this.#parameters.layout.places];
    places.forEach(([name, { offset }], i) => {
      if (!trained.has(name)) {
        open = null;
        return;
      }
      const end = places[i + 1]?.[1].offset ?? this.#parameters.layout.floats;
      if (open) open.count = end - open.first;
      else ranges.push((open = { first: offset, count: end - offset }));
    });
    return ranges;
  }

  /** Sets all gradients and the guard to 0, after everything submitted before. */
  clearGradients(encoder: GPUCommandEncoder): void {
    encoder.clearBuffer(this.gradients.buffer);
    encoder.clearBuffer(this.guard);
  }

  /**
   * Records the update with what the gradients have added up to. `finish` with the bytes of `state` says how it went.
   */
  record(encoder: GPUCommandEncoder, learningRate: number): Piece {
    const { betas, epsilon, weightDecay } = this.#config;
    this.#steps += 1;
    this.#plan.prepare({
      decay: 1 - learningRate * weightDecay,
      beta1: betas[0],
      beta2: betas[1],
      stepSize: learningRate / (1 - betas[0] ** this.#steps),
      rootCorrection: 1 / Math.sqrt(1 - betas[1] ** this.#steps),
      epsilon,
    });
    const pass = encoder.beginComputePass({ label: 'AdamW' });
    this.#plan.record(pass);
    pass.end();
    return { buffer: this.#state };
  }

  /**
   * The norm of a recorded update, from the bytes of its state. Throws when it, or the loss, was not finite and
   * nothing changed.
   */
  finish(state: ArrayBuffer, loss = 0): { gradNorm: number } {
    const [gradNorm, , refused, guard] = new Float32Array(state);
    if (refused === 0) return { gradNorm };
    this.#steps -= 1;
    throw guard === 0
      ? new NonFiniteError('update', 'gradient norm', gradNorm)
      : new NonFiniteError('update', 'loss', loss);
  }

  /** Frees `owned` when this optimiser is disposed, and what was attached before at once. */
  attach(owned: { dispose(): void } | null): void {
    this.#attached?.dispose();
    this.#attached = owned;
  }

  async step(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): Promise<{ gradNorm: number }> {
    const missing = this.#names.find((name) => !gradients.has(name));
    if (missing !== undefined) throw new Error(`AdamW: no gradient for the trained parameter "${missing}"`);
    const sources = [...gradients].map(([name, gradient]) => ({
      ...bufferOf(gradient),
      place: this.gradients.place(name),
    }));
    flushTfjs();
    const encoder = this.#device.createCommandEncoder();
    this.clearGradients(encoder);
    for (const { buffer, offset, place } of sources) {
      encoder.copyBufferToBuffer(
        buffer,
        offset ?? 0,
        this.gradients.buffer,
        4 * place.offset,
        4 * place.size,
      );
    }
    const [state] = await readBack(this.#device, [this.record(encoder, learningRate)], encoder);
    return this.finish(state);
  }

  async exportState(): Promise<NamedTensors> {
    const state = new Map<string, NamedTensor>([
      ['steps', { shape: [1], data: Float32Array.of(this.#steps) }],
    ]);
    if (this.#steps === 0) return state;
    const [first, second] = [await this.#first.read(this.#names), await this.#second.read(this.#names)];
    for (const name of this.#names) {
      state.set(`${name}.first`, first.get(name)!);
      state.set(`${name}.second`, second.get(name)!);
    }
    return state;
  }

  importState(state: NamedTensors): void {
    const steps = state.get('steps')?.data[0];
    if (steps === undefined) throw new Error('optimizer state: "steps" is missing');
    const moments = [...state].filter(([key]) => key !== 'steps');
    for (const [key, { data }] of moments) {
      const place = this.gradients.layout.places.get(key.replace(/\.(first|second)$/, ''));
      if (place?.size !== data.length) {
        throw new Error(
          `optimizer state: "${key}" with ${data.length} values fits no parameter of this policy`,
        );
      }
    }
    this.#steps = steps;
    for (const [moment, target] of [
      ['.first', this.#first],
      ['.second', this.#second],
    ] as const) {
      const named = new Map(
        moments
          .filter(([key]) => key.endsWith(moment))
          .map(([key, tensor]) => [key.slice(0, -moment.length), tensor]),
      );
      const zeros = [...target.layout.places].map(([name, { size, shape }]) => [
        name,
        named.get(name) ?? { shape, data: new Float32Array(size) },
      ]);
      target.write(zeros as [string, NamedTensor][]);
    }
  }

  dispose(): void {
    this.#attached?.dispose();
    this.#plan.dispose();
    for (const flat of [this.gradients, this.#first, this.#second]) flat.dispose();
    for (const buffer of [this.#parts, this.#state, this.guard]) freeBuffer(buffer);
  }
}
