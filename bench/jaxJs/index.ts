/**
 * jax-js: training step, prefill and decoding step each one jitted function, a key-value cache of fixed capacity,
 * prompts prefilled once a group, sampling on the device, and a look at who has ended every few tokens.
 */
import { defaultDevice, init, jit, numpy as np, random, tree, type Device } from '@jax-js/jax';
import type { NamedTensors, PolicyConfig } from '../../src/engine/model/types.ts';
import {
  withResponses,
  type BenchBatch,
  type Contender,
  type TrainResult,
} from '../../src/engine/measure/index.ts';
import { lengthsOf, patchRows, rotaryTables, tokenRows, trainRows, type TrainRows } from '../layout.ts';
import { decodeStep, prefill, type DecodeSizes, type DecodeState, type PromptArrays } from './decode.ts';
import type { Params } from './model.ts';
import { logProbs, trainStep, type AdamState, type LossArrays, type TrainArrays } from './train.ts';

/** Tokens between two looks at who has ended. */
const LOOK_EVERY = 16;

const floats = (data: Float32Array, shape: number[]): np.Array =>
  np.array(new Float32Array(data), { shape, dtype: np.float32 });
const integers = (data: ArrayLike<number>, shape: number[]): np.Array =>
  np.array(Int32Array.from(data), { shape, dtype: np.int32 });

/** Values of an int32 or float32 array, which is owned. The library's type asks for a newer library of types than ours. */
async function read(array: np.Array): Promise<number[]> {
  return Array.from((await array.data()) as unknown as Float32Array);
}

export class JaxJs implements Contender {
  readonly #device: Device;
  #config!: PolicyConfig;
  #batch!: BenchBatch;
  #sizes!: DecodeSizes;
  /** Padded length of training rows: the same for every batch, so that everything is traced once. */
  #length = 0;
  #state!: AdamState;
  #reference!: Params;
  #tables!: { cosine: np.Array; sine: np.Array };
  #train!: (
    state: AdamState,
    batch: TrainArrays,
    loss: LossArrays,
  ) => { state: AdamState; numbers: np.Array };
  #logProbs!: (params: Params, batch: TrainArrays) => np.Array;
  #prefill!: (params: Params, prompts: PromptArrays) => DecodeState;
  #decode!: (params: Params, tables: { cosine: np.Array; sine: np.Array }, state: DecodeState) => DecodeState;

  constructor(device: Device = 'webgpu') {
    this.#device = device;
  }

  async prepare(config: PolicyConfig, weights: NamedTensors, batch: BenchBatch): Promise<void> {
    const devices = await init(this.#device);
    if (!devices.includes(this.#device)) throw new Error(`jax-js: no ${this.#device} here`);
    defaultDevice(this.#device);
    const params = (): Params =>
      Object.fromEntries([...weights].map(([name, { data, shape }]) => [name, floats(data, [...shape])]));
    const zeros = (): Params =>
      Object.fromEntries([...weights].map(([name, { shape }]) => [name, np.zeros([...shape])]));
    this.#config = config;
    this.#batch = batch;
    const { full } = lengthsOf(batch);
    const rows = batch.groups.reduce((sum, group) => sum + group.rows.length, 0);
    this.#length = full;
    this.#sizes = { rows, capacity: full, maxNewTokens: batch.maxNewTokens };
    this.#state = { params: params(), first: zeros(), second: zeros(), steps: np.array(0) };
    this.#reference = params();
    this.#tables = this.#rotary(full);
    const start = trainRows(batch, config, full).start;
    const sizes = this.#sizes;
    this.#train = jit((state: AdamState, arrays: TrainArrays, loss: LossArrays) =>
      trainStep(config, start, state, arrays, loss),
    );
    this.#logProbs = jit((params: Params, arrays: TrainArrays) => {
      const result = logProbs(params, config, arrays, start);
      tree.dispose(params);
      return result;
    });
    this.#prefill = jit((params: Params, prompts: PromptArrays) => {
      const state = prefill(params, config, prompts, sizes);
      tree.dispose(params);
      return state;
    });
    this.#decode = jit((params: Params, tables: { cosine: np.Array; sine: np.Array }, state: DecodeState) => {
      const next = decodeStep(params, config, tables, state);
      tree.dispose(params);
      return next;
    });
  }

  async trainMicroBatch(): Promise<TrainResult> {
    const rows = trainRows(this.#batch, this.#config, this.#length);
    return this.#update(rows, floats(rows.referenceLogProbs, [rows.rows, rows.width]));
  }

  rolloutBatch(seed: number): Promise<number[][]> {
    return this.#sample(seed);
  }

  async wholeStep(seed: number): Promise<number[][]> {
    const responses = await this.#sample(seed);
    const rows = trainRows(withResponses(this.#batch, responses), this.#config, this.#length);
    const reference = this.#logProbs(tree.ref(this.#reference), this.#trainArrays(rows));
    await this.#update(rows, reference);
    return responses;
  }

  dispose(): void {
    tree.dispose([this.#state, this.#reference, this.#tables]);
  }

  async #update(rows: TrainRows, referenceLogProbs: np.Array): Promise<TrainResult> {
    const { state, numbers } = this.#train(this.#state, this.#trainArrays(rows), {
      mask: floats(rows.mask, [rows.rows, rows.width]),
      referenceLogProbs,
      advantages: floats(rows.advantages, [rows.rows, 1]),
      tokens: np.array(rows.tokens),
    });
    this.#state = state;
    const [loss, kl, gradNorm] = await read(numbers);
    return { loss, kl, gradNorm };
  }

  #rotary(positions: number): { cosine: np.Array; sine: np.Array } {
    const { head_dim, rope_theta } = this.#config.text;
    const { cosine, sine } = rotaryTables(positions, head_dim, rope_theta);
    return { cosine: floats(cosine, [positions, head_dim]), sine: floats(sine, [positions, head_dim]) };
  }

  /** Which row of all image features, [pictures · imageTokens], a token shows. */
  #placesOf({ places, length, rows }: Pick<TrainRows, 'places' | 'length' | 'rows'>): np.Array {
    const { vision, scale_factor } = this.#config;
    const perRow = (vision.image_size / vision.patch_size / scale_factor) ** 2;
    return integers(
      places.map((place, i) => Math.floor(i / length) * perRow + place),
      [rows, length],
    );
  }

  #patches(): np.Array {
    const { data, rows, width } = patchRows(this.#batch.pixels, this.#config);
    return floats(data, [rows, width]);
  }

  #trainArrays(rows: TrainRows): TrainArrays {
    const { cosine, sine } = tree.ref(this.#tables);
    const shape = [1, this.#length, 1, this.#config.text.head_dim];
    return {
      patches: this.#patches(),
      ids: integers(rows.ids, [rows.rows, rows.length]),
      places: this.#placesOf(rows),
      isImage: floats(rows.isImage, [rows.rows, rows.length, 1]),
      cosine: cosine.reshape(shape),
      sine: sine.reshape(shape),
      targets: integers(rows.targets, [rows.rows, rows.width]),
    };
  }

  #promptArrays(seed: number): PromptArrays {
    const prompts = this.#batch.groups.map(({ prompt }) => prompt);
    const { prompt: length } = lengthsOf(this.#batch);
    const rows = tokenRows(prompts, this.#config, length);
    const { cosine, sine } = tree.ref(this.#tables);
    return {
      patches: this.#patches(),
      ids: integers(rows.ids, [rows.rows, length]),
      places: this.#placesOf(rows),
      isImage: floats(rows.isImage, [rows.rows, length, 1]),
      lengths: integers(
        prompts.map((prompt) => prompt.length),
        [prompts.length],
      ),
      cosine: cosine.slice([0, length]),
      sine: sine.slice([0, length]),
      key: random.key(seed),
    };
  }

  async #sample(seed: number): Promise<number[][]> {
    const { maxNewTokens, rows } = this.#sizes;
    let state = this.#prefill(tree.ref(this.#state.params), this.#promptArrays(seed));
    for (let column = 1; column < maxNewTokens; column++) {
      state = this.#decode(tree.ref(this.#state.params), tree.ref(this.#tables), state);
      if (column % LOOK_EVERY === 0 && (await read(state.ended.ref)).every((ended) => ended !== 0)) break;
    }
    const drawn = await read(state.drawn.ref);
    tree.dispose(state);
    const { eos_token_id: eos } = this.#config.text;
    return Array.from({ length: rows }, (_, row) => {
      const response = drawn.slice(row * maxNewTokens, (row + 1) * maxNewTokens);
      const end = response.indexOf(eos);
      return end < 0 ? response : response.slice(0, end + 1);
    });
  }
}
