/**
 * Decoding as static plans: prompts are prefilled once a group, and a token step is recorded again and again, several
 * to a submit. Position, tokens and ends of rows stay on the device; tokens and log-probs come in one read-back.
 *
 * Whether all rows have ended only the device knows. Where the last batch had ended before its limit, this one is
 * looked at from the same position on, submit by submit: four numbers are mapped, and never waited for while there is
 * room for a submit. A batch that goes to its limit after one that did maps nothing but its results.
 */
import { rotaryAngles } from '../../compute/ops/rope.ts';
import { flushTfjs } from '../../compute/webgpu/eager.ts';
import { embedSource } from '../../compute/webgpu/embed.ts';
import type { FlatBuffer } from '../../compute/webgpu/flatBuffer.ts';
import { Pacing } from '../../compute/webgpu/pacing.ts';
import { Plan } from '../../compute/webgpu/plan.ts';
import { readBack } from '../../compute/webgpu/readBack.ts';
import { ROW_STATES } from '../../compute/webgpu/sampler.ts';
import { gpuTuning } from '../../compute/webgpu/tuning.ts';
import { imageTokenCount } from '../config.ts';
import type { PolicyConfig } from '../types.ts';
import { addTextLayers, languageModel } from './textPlan.ts';
import {
  addTokenStep,
  decodeBuffers,
  type DecodeCapacity,
  type Drawing,
  type StepSizes,
} from './tokenStep.ts';
import { addVisionForward, pixelsOf } from './visionPlan.ts';
import { Workspace, type PlanContext, type RunSizes } from './workspace.ts';

export interface DecodeInput extends Drawing {
  /** [prompts, channels, size, size], normalised. */
  readonly pixels: Float32Array;
  /** Tokens, image tokens included; the last is none of those. */
  readonly prompts: readonly (readonly number[])[];
  /** Address of each prompt's draws. */
  readonly groups: readonly number[];
  readonly rowsPerGroup: number;
}

/** Rows of a group side by side. */
export interface DecodedRows {
  /** [rows, newTokens]; beyond a row's end they mean nothing. */
  readonly tokens: Int32Array;
  readonly logProbs: Float32Array;
  /** [rows], of `ROW_STATES`. */
  readonly states: Uint32Array;
}

export interface DecodeOptions {
  /** Positions submitted, of newTokens; at most the last submit of them is still computing. */
  readonly onProgress?: (done: number) => void;
  /** Aborting rejects with the signal's reason, between two submits. */
  readonly signal?: AbortSignal;
  /** Awaited between two submits. */
  readonly giveWay: () => Promise<void>;
}

export class DecodePlan {
  readonly capacity: DecodeCapacity;
  readonly #device: GPUDevice;
  readonly #config: PolicyConfig;
  readonly #workspaces: readonly Workspace[];
  readonly #prefill: Plan<RunSizes>;
  readonly #step: Plan<StepSizes>;
  readonly #pacing: Pacing;
  readonly #buffers: ReturnType<typeof decodeBuffers>;
  /** Where the prompts' pictures and tokens go. */
  readonly #pixels: GPUBuffer;
  readonly #source: GPUBuffer;
  /** Position at which the last batch could be seen to have ended; Infinity where it went to its limit. */
  #usualEnd = Infinity;

  constructor(
    device: GPUDevice,
    config: PolicyConfig,
    parameters: FlatBuffer,
    capacity: DecodeCapacity,
    tuning = gpuTuning(device),
  ) {
    this.capacity = capacity;
    this.#device = device;
    this.#config = config;
    const { groups, rows, promptLength, newTokens } = capacity;
    // Buffers go by name, and both have a language model.
    this.#workspaces = [new Workspace(device), new Workspace(device)];
    const [ofPrompts, ofRows] = this.#workspaces;
    const shared = { config, parameters, tuning, forwardOnly: true };
    const prompts: PlanContext = {
      ...shared,
      workspace: ofPrompts,
      capacity: { groups, rows: groups, length: promptLength, window: 1 },
    };
    const single: PlanContext = {
      ...shared,
      workspace: ofRows,
      capacity: { groups, rows, length: 1, window: 1 },
    };
    this.#prefill = new Plan(device, 'prefill');
    addTextLayers(this.#prefill, prompts, addVisionForward(this.#prefill, prompts), true);
    this.#step = new Plan(device, 'token step');
    const model = languageModel(prompts);
    const prefix = model.layers.map(({ kept }) => kept.qkv);
    addTokenStep(this.#step, single, capacity, prefix);
    this.#pacing = new Pacing(device.queue);
    this.#buffers = decodeBuffers(single, capacity);
    this.#pixels = pixelsOf(prompts);
    this.#source = model.source;
    const { head_dim, rope_theta } = config.text;
    const positions = Uint32Array.from({ length: promptLength + newTokens }, (_, i) => i);
    const { cosine, sine } = rotaryAngles(positions, head_dim, rope_theta);
    const ofPrompt = (promptLength * head_dim) / 2;
    this.#write(model.cosine, cosine.subarray(0, ofPrompt));
    this.#write(model.sine, sine.subarray(0, ofPrompt));
    this.#write(this.#buffers.cosine, cosine);
    this.#write(this.#buffers.sine, sine);
  }

  /** Compiles everything at the same time. */
  async compile(): Promise<void> {
    await Promise.all([this.#prefill.compile(), this.#step.compile()]);
  }

  /** Dispatches of the prefill, and of a token step. */
  get dispatches(): { readonly prefill: number; readonly step: number } {
    return { prefill: this.#prefill.length, step: this.#step.length };
  }

  /** Decodes a batch. One at a time: wait for one before the next. */
  async run(input: DecodeInput, options: DecodeOptions): Promise<DecodedRows> {
    options.signal?.throwIfAborted();
    // What is written to the parameters comes first.
    flushTfjs();
    this.#upload(input);
    try {
      this.#submit(this.#record(this.#prefill, 1));
      await this.#pacing.submitted(0);
      await this.#decode(input.newTokens, options);
      const rows = await this.#read(input);
      this.#usualEnd = usualEnd(rows, input.newTokens, this.#config.text.eos_token_id);
      return rows;
    } finally {
      await this.#pacing.settle();
    }
  }

  async #decode(newTokens: number, { onProgress, signal, giveWay }: DecodeOptions): Promise<void> {
    let over = false;
    const look = async (encoder: GPUCommandEncoder): Promise<void> => {
      const [bytes] = await readBack(this.#device, [{ buffer: this.#buffers.state }], encoder);
      const [, running, failed] = new Uint32Array(bytes);
      over = running === 0 || failed !== 0;
    };
    for (let position = 0; position < newTokens && !over;) {
      await giveWay();
      signal?.throwIfAborted();
      const limit = position < this.#usualEnd ? Math.min(newTokens, this.#usualEnd) : newTokens;
      const steps = Math.min(this.#pacing.steps, limit - position);
      position += steps;
      const encoder = this.#record(this.#step, steps);
      if (position >= this.#usualEnd && position < newTokens) {
        await this.#pacing.submitted(steps, look(encoder));
      } else {
        this.#submit(encoder);
        await this.#pacing.submitted(steps);
      }
      onProgress?.(position);
    }
  }

  /** Records so many runs of a plan, for whoever submits them. */
  #record(plan: { record(pass: GPUComputePassEncoder): void }, runs: number): GPUCommandEncoder {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < runs; i++) plan.record(pass);
    pass.end();
    return encoder;
  }

  #submit(encoder: GPUCommandEncoder): void {
    this.#device.queue.submit([encoder.finish()]);
  }

  async #read({ groups, rowsPerGroup, newTokens }: DecodeInput): Promise<DecodedRows> {
    const rows = groups.length * rowsPerGroup;
    const { tokens, logProbs, done } = this.#buffers;
    const size = 4 * rows * newTokens;
    const pieces = [
      { buffer: tokens, size },
      { buffer: logProbs, size },
      { buffer: done, size: 4 * rows },
    ];
    const [tokenBytes, logProbBytes, stateBytes] = await readBack(this.#device, pieces);
    return {
      tokens: new Int32Array(tokenBytes),
      logProbs: new Float32Array(logProbBytes),
      states: new Uint32Array(stateBytes),
    };
  }

  #write(buffer: GPUBuffer, values: Float32Array | Int32Array | Uint32Array): void {
    this.#device.queue.writeBuffer(buffer, 0, values.buffer, values.byteOffset, values.byteLength);
  }

  #upload({ pixels, prompts, groups, rowsPerGroup, ...drawing }: DecodeInput): void {
    const rows = groups.length * rowsPerGroup;
    const length = Math.max(...prompts.map((prompt) => prompt.length));
    const { capacity } = this;
    if (
      !fits({ groups: groups.length, rows, promptLength: length, newTokens: drawing.newTokens }, capacity)
    ) {
      throw new Error(
        `decode plan: ${rows} rows of ${length} + ${drawing.newTokens} tokens do not fit ${JSON.stringify(capacity)}`,
      );
    }
    const { text, image_token_id: imageToken } = this.#config;
    const ids = new Int32Array(prompts.length * length).fill(text.pad_token_id);
    prompts.forEach((prompt, p) => ids.set(prompt, p * length));
    const groupOf = (row: number) => Math.floor(row / rowsPerGroup);
    const shape = { length, imageToken, imageTokens: imageTokenCount(this.#config), rowsPerGroup: 1 };
    const b = this.#buffers;
    this.#write(this.#pixels, pixels);
    this.#write(this.#source, embedSource(ids, shape));
    this.#write(
      b.lengths,
      Int32Array.from(prompts, (prompt) => prompt.length - 1),
    );
    this.#write(
      b.addresses,
      Uint32Array.from({ length: 2 * rows }, (_, i) =>
        i % 2 === 0 ? groups[groupOf(i / 2)] : (i >> 1) % rowsPerGroup,
      ),
    );
    this.#write(
      b.current,
      Int32Array.from({ length: rows }, (_, row) => prompts[groupOf(row)].at(-1)!),
    );
    this.#write(b.done, new Uint32Array(rows).fill(ROW_STATES.running));
    // The first step advances to position 0.
    this.#write(b.state, Uint32Array.of(-1, rows, 0, 0));
    const sizes = { groups: groups.length, start: 0, window: 1 };
    this.#prefill.prepare({ ...sizes, rowsPerGroup: 1, length });
    this.#step.prepare({ ...sizes, ...drawing, rowsPerGroup, length: 1, prefixRows: length });
  }

  dispose(): void {
    this.#prefill.dispose();
    this.#step.dispose();
    for (const workspace of this.#workspaces) workspace.dispose();
  }
}

export const fits = (needed: DecodeCapacity, capacity: DecodeCapacity): boolean =>
  needed.groups <= capacity.groups &&
  needed.rows <= capacity.rows &&
  needed.promptLength <= capacity.promptLength &&
  needed.newTokens <= capacity.newTokens;

/** Steps after which it shows that no row runs, one more than the longest has tokens; Infinity where one does. */
function usualEnd({ tokens, states }: DecodedRows, newTokens: number, eos: number): number {
  if (states.some((state) => state !== ROW_STATES.ended)) return Infinity;
  const ends = Array.from(
    states,
    (_, r) => tokens.subarray(r * newTokens, (r + 1) * newTokens).indexOf(eos) + 1,
  );
  return Math.max(...ends) + 1;
}

/** Prompts that a device can take at once: no buffer may be larger than it binds. */
export function promptsAtOnce(
  { maxStorageBufferBindingSize }: GPUSupportedLimits,
  { vision: v, text }: PolicyConfig,
  {
    rowsPerGroup,
    promptLength,
    newTokens,
  }: Pick<DecodeInput, 'rowsPerGroup' | 'newTokens'> & Pick<DecodeCapacity, 'promptLength'>,
): number {
  const patches = (v.image_size / v.patch_size) ** 2;
  const keyWidth = text.num_key_value_heads * text.head_dim;
  const inner = 2 * text.intermediate_size;
  const floats = Math.max(
    patches * Math.max(v.intermediate_size, 3 * v.hidden_size, v.num_channels * v.patch_size ** 2),
    promptLength * Math.max(inner, text.num_attention_heads * text.head_dim + 2 * keyWidth),
    rowsPerGroup * Math.max(inner, text.vocab_size + 3, newTokens * 2 * keyWidth),
  );
  return Math.max(1, Math.floor(maxStorageBufferBindingSize / (4 * floats)));
}
