import * as tf from '@tensorflow/tfjs-core';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { FlatBuffer, flatLayout } from '../compute/webgpu/flatBuffer.ts';
import { fusedOps } from '../compute/webgpu/fused.ts';
import { hash, hashText, RandomStream } from '../random.ts';
import { EMBEDDING, HEAD, parameterShapes } from './layout.ts';
import type { NamedTensor, NamedTensors, PolicyConfig } from './types.ts';

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** The tensors a policy of this config needs, in layout order; throws naming the first that is missing, extra or misshapen. */
function checkedTensors(config: PolicyConfig, tensors: NamedTensors): Map<string, NamedTensor> {
  const checked = new Map<string, NamedTensor>();
  for (const [name, shape] of parameterShapes(config)) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`checkpoint: tensor "${name}" [${shape.join(', ')}] is missing`);
    if (!sameShape(tensor.shape, shape)) {
      throw new Error(
        `checkpoint: tensor "${name}" has shape [${tensor.shape.join(', ')}], the config asks for [${shape.join(', ')}]`,
      );
    }
    checked.set(name, tensor);
  }
  for (const name of tensors.keys()) {
    // A tied head is sometimes stored too; the embedding stands for it.
    const tiedHead = name === HEAD && config.tie_word_embeddings;
    if (!checked.has(name) && !tiedHead)
      throw new Error(`checkpoint: tensor "${name}" is not part of this model`);
  }
  return checked;
}

function initialTensor(
  name: string,
  shape: readonly number[],
  config: PolicyConfig,
  seed: number,
): NamedTensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (/norm\d?\.weight$/.test(name)) return { shape, data: data.fill(1) };
  if (name.endsWith('.bias')) return { shape, data };
  const layers = name.includes('.vision_model.')
    ? config.vision.num_hidden_layers
    : config.text.num_hidden_layers;
  const writesResidual = /\.(o_proj|out_proj|down_proj|fc2)\.weight$/.test(name);
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  // transformers' 0.02 suits width 576; narrower layers get the same output scale, or they start almost dead.
  const isTable = name === EMBEDDING || name === HEAD || name.endsWith('position_embedding.weight');
  const deviation = isTable ? 0.02 : 0.02 * Math.sqrt(Math.max(1, 576 / fanIn));
  const scale = writesResidual ? deviation / Math.sqrt(2 * layers) : deviation;
  const draws = new RandomStream(seed, hashText(name));
  for (let i = 0; i < data.length; i++) data[i] = scale * draws.normal();
  return { shape, data };
}

interface Memory {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly flat: FlatBuffer | null;
}

function emptyFlat(config: PolicyConfig): FlatBuffer {
  return new FlatBuffer(gpuDevice(), flatLayout(parameterShapes(config)), 'parameters');
}

/** Memory with the tensors' values: one flat buffer where static plans compute, else a variable each. */
function memoryOf(config: PolicyConfig, tensors: ReadonlyMap<string, NamedTensor>): Memory {
  if (fusedOps()) {
    const flat = emptyFlat(config);
    flat.write(tensors);
    return { parameters: flat.variables(), flat };
  }
  const parameters = new Map<string, tf.Variable>();
  for (const [name, { shape, data }] of tensors) {
    parameters.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32'), true)),
    );
  }
  return { parameters, flat: null };
}

/** The policy's parameters as tfjs variables under Hugging Face's names and shapes, with the config that reads them. */
export class Policy {
  readonly config: PolicyConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** The memory all parameters share; null where each has its own. */
  readonly flat: FlatBuffer | null;

  private constructor(config: PolicyConfig, { parameters, flat }: Memory) {
    this.config = config;
    this.parameters = parameters;
    this.flat = flat;
  }

  /** Checks names and shapes against the config; a tied head may be absent. Throws naming the tensor. */
  static fromTensors(config: PolicyConfig, tensors: NamedTensors): Policy {
    return new Policy(config, memoryOf(config, checkedTensors(config, tensors)));
  }

  /** Random weights: a pure function of config and seed. Normal, narrower where a layer writes the residual stream. */
  static initialize(config: PolicyConfig, seed: number): Policy {
    const tensors = new Map<string, NamedTensor>();
    for (const [name, shape] of parameterShapes(config)) {
      tensors.set(name, initialTensor(name, shape, config, seed));
    }
    return new Policy(config, memoryOf(config, tensors));
  }

  get parameterCount(): number {
    return [...this.parameters.values()].reduce((total, { size }) => total + size, 0);
  }

  /** The parameter of this name; throws when the model has none such. */
  get(name: string): tf.Variable {
    const variable = this.parameters.get(name);
    if (!variable) throw new Error(`policy: no parameter "${name}"`);
    return variable;
  }

  /** A second policy with the same values that changes on its own. */
  clone(): Policy {
    if (this.flat) {
      const flat = emptyFlat(this.config);
      this.flat.copyTo(flat);
      return new Policy(this.config, { parameters: flat.variables(), flat });
    }
    const copies = [...this.parameters].map(([name, value]): [string, tf.Variable] => [
      name,
      // A product, not an alias: kernels may update a parameter's bytes in place.
      tf.tidy(() => tf.variable(tf.mul(value, 1), true)),
    ]);
    return new Policy(this.config, { parameters: new Map(copies), flat: null });
  }

  async exportTensors(): Promise<NamedTensors> {
    if (this.flat) return this.flat.read();
    const entries = [...this.parameters].map(async ([name, variable]): Promise<[string, NamedTensor]> => [
      name,
      { shape: variable.shape, data: (await variable.data<'float32'>()).slice() },
    ]);
    return new Map(await Promise.all(entries));
  }

  /** Takes over values; the same checks as `fromTensors`. */
  copyFrom(tensors: NamedTensors): void {
    const checked = checkedTensors(this.config, tensors);
    if (this.flat) {
      this.flat.write(checked);
      return;
    }
    for (const [name, { shape, data }] of checked) {
      tf.tidy(() => this.get(name).assign(tf.tensor(data, [...shape], 'float32')));
    }
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
    this.flat?.dispose();
  }
}

/** Content hash of a set of tensors, 16 hex digits, independent of their order: says which policy made a split. */
export function policyHash(tensors: NamedTensors): string {
  let high = 0;
  let low = 0;
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name)!;
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    let h = hash(hashText(name), ...shape);
    let g = ~h >>> 0;
    for (const word of bits) {
      h = Math.imul(h ^ word, 0x01000193);
      g = Math.imul(g + word, 0x85ebca6b) ^ (g >>> 13);
    }
    high = hash(high, h);
    low = hash(low, g);
  }
  const hex = (n: number) => n.toString(16).padStart(8, '0');
  return hex(high) + hex(low);
}
