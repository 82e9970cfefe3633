/**
 * Memory and sizes that the static plans share. Plans that run one after the other (reference, policy, backward) use
 * the same activations; buffers have the capacity of the largest run and never grow.
 */
import { freeBuffer, makeBuffer } from '../../compute/webgpu/buffers.ts';
import type { FlatBuffer } from '../../compute/webgpu/flatBuffer.ts';
import type { GpuTuning } from '../../compute/webgpu/tuning.ts';
import type { PolicyConfig } from '../types.ts';

/** The most a plan can take at once. */
export interface Capacity {
  /** Pictures. */
  readonly groups: number;
  /** Sequences. */
  readonly rows: number;
  /** Tokens of a sequence. */
  readonly length: number;
  /** Tokens of a sequence that are predicted. */
  readonly window: number;
}

/** Sizes of one run. */
export interface RunSizes {
  readonly groups: number;
  readonly rowsPerGroup: number;
  readonly length: number;
  /** First predicting position, and how many there are. */
  readonly start: number;
  readonly window: number;
}

/** GPU buffers by name, made at their first use. */
export class Workspace {
  readonly #device: GPUDevice;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The buffer of this name, with so many floats; asked for again it must have as many. */
  get(name: string, floats: number): GPUBuffer {
    const size = Math.max(16, 4 * floats);
    const known = this.#buffers.get(name);
    if (known) {
      if (known.size !== size) throw new Error(`workspace: "${name}" has ${known.size} bytes, not ${size}`);
      return known;
    }
    const buffer = makeBuffer(this.#device, {
      label: name,
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.#buffers.set(name, buffer);
    return buffer;
  }

  /** Of all buffers. */
  get bytes(): number {
    return [...this.#buffers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) freeBuffer(buffer);
    this.#buffers.clear();
  }
}

/** What the parts of a plan are built from. */
export interface PlanContext {
  readonly config: PolicyConfig;
  readonly capacity: Capacity;
  readonly workspace: Workspace;
  readonly parameters: FlatBuffer;
  readonly tuning: GpuTuning;
  /** No backward follows: layers share what they keep, but for the language model's queries, keys and values. */
  readonly forwardOnly?: boolean;
  /** Of the language model's layers only the inputs are kept; the backward computes the rest again. */
  readonly recompute?: boolean;
}

/** Where gradients go too. */
export interface GradientContext extends PlanContext {
  /** In the parameters' layout. */
  readonly gradients: GPUBuffer;
}

/** Why no plan can be made for a policy, or null: the kernels read four numbers at a time. */
export function planObstacle({ vision, text }: PolicyConfig): string | null {
  const widths = {
    'vision width': vision.hidden_size,
    'vision MLP width': vision.intermediate_size,
    'vision head size': vision.hidden_size / vision.num_attention_heads,
    'patch pixels': vision.num_channels * vision.patch_size ** 2,
    'text width': text.hidden_size,
    'text MLP width': text.intermediate_size,
    'text head size': text.head_dim,
  };
  const odd = Object.entries(widths).find(([, width]) => width % 4 !== 0);
  return odd ? `the ${odd[0]} (${odd[1]}) is not a multiple of 4` : null;
}
