/**
 * Named tensors in one GPU buffer: parameters, gradients, moments. One dispatch then covers a whole model, and every
 * tensor is also a tfjs variable that reads the buffer where it lies.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor, NamedTensors } from '../../model/types.ts';
import { freeBuffer, makeBuffer } from './buffers.ts';
import { bufferView, flushTfjs } from './eager.ts';
import { readBack } from './readBack.ts';

/** Where one tensor lies, in floats. */
export interface Place {
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
}

export interface FlatLayout {
  readonly places: ReadonlyMap<string, Place>;
  readonly floats: number;
}

/** Tensors start at multiples of 256 bytes, as views of a buffer must. */
const ALIGNMENT = 64;

/** Tensors one after the other, in the given order. */
export function flatLayout(shapes: Iterable<readonly [string, readonly number[]]>): FlatLayout {
  const places = new Map<string, Place>();
  let floats = 0;
  for (const [name, shape] of shapes) {
    const size = shape.reduce((a, b) => a * b, 1);
    places.set(name, { offset: floats, size, shape });
    floats += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
  }
  return { places, floats };
}

export class FlatBuffer {
  readonly layout: FlatLayout;
  readonly buffer: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #followers: (() => void)[] = [];

  /** All zeros. */
  constructor(device: GPUDevice, layout: FlatLayout, label: string) {
    this.layout = layout;
    this.#device = device;
    this.buffer = makeBuffer(device, {
      label,
      size: 4 * layout.floats,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  /** Where a tensor lies; throws when there is none of this name. */
  place(name: string): Place {
    const place = this.layout.places.get(name);
    if (!place) throw new Error(`${this.buffer.label}: no tensor "${name}"`);
    return place;
  }

  /** Takes over values, after everything that tfjs has recorded. */
  write(tensors: Iterable<readonly [string, NamedTensor]>): void {
    flushTfjs();
    for (const [name, { data }] of tensors) {
      this.#device.queue.writeBuffer(this.buffer, 4 * this.place(name).offset, data.slice());
    }
  }

  /** The values of all tensors, or of those named, in one read-back. */
  async read(names: Iterable<string> = this.layout.places.keys()): Promise<NamedTensors> {
    flushTfjs();
    const [bytes] = await readBack(this.#device, [{ buffer: this.buffer }]);
    const all = new Float32Array(bytes);
    return new Map(
      [...names].map((name): [string, NamedTensor] => {
        const { offset, size, shape } = this.place(name);
        return [name, { shape, data: all.slice(offset, offset + size) }];
      }),
    );
  }

  /** Makes another buffer of the same layout equal to this one. */
  copyTo(target: FlatBuffer): void {
    flushTfjs();
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffer, 0, target.buffer, 0, this.buffer.size);
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Every tensor as a tfjs variable on the same memory. Do not `assign` to them: that would swap the memory. */
  variables(): Map<string, tf.Variable> {
    const made = new Map<string, tf.Variable>();
    for (const [name, { offset, shape }] of this.layout.places) {
      made.set(
        name,
        tf.tidy(() => tf.variable(bufferView(this.buffer, 4 * offset, shape))),
      );
    }
    return made;
  }

  /** Calls `free` when this memory is freed: for what was made to work on it alone. */
  onDispose(free: () => void): void {
    this.#followers.push(free);
  }

  /** Frees the memory; variables on it must not be used any more. */
  dispose(): void {
    flushTfjs();
    for (const free of this.#followers) free();
    freeBuffer(this.buffer);
  }
}
