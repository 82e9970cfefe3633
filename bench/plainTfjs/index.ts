/**
 * Plain tfjs: the umbrella package with its stock WebGPU backend, written as its users would write it. A key-value cache
 * of fixed capacity, no sharing of prompts between rollouts, the logits read back once a token.
 */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, PolicyConfig } from '../../src/engine/model/types.ts';
import { sampleRows } from '../../src/engine/rl/sampler.ts';
import { OPTIMIZER, withResponses } from '../../src/engine/measure/index.ts';
import type { BenchBatch, Contender, TrainResult } from '../../src/engine/measure/index.ts';
import { lengthsOf, patchRows, rotaryTables, tokenRows, trainRows } from '../layout.ts';
import type { TokenRows, TrainRows } from '../layout.ts';
import { PlainAdamW } from './adamw.ts';
import { chosenLogProbs, pebrLoss } from './loss.ts';
import * as model from './model.ts';

/** Lengths are rounded up to this, so that tfjs's pool of buffers, which is exact in size, gets hits. */
const LENGTH_BUCKET = 8;

export class PlainTfjs implements Contender {
  #config!: PolicyConfig;
  #batch!: BenchBatch;
  #weights!: model.Weights;
  #reference!: model.Weights;
  #optimizer!: PlainAdamW;
  #zeros: tf.NamedTensorMap | null = null;

  async prepare(config: PolicyConfig, weights: NamedTensors, batch: BenchBatch): Promise<void> {
    await tf.ready();
    this.#config = config;
    this.#batch = batch;
    this.#weights = model.makeWeights(weights);
    this.#reference = model.makeWeights(weights);
    this.#optimizer = new PlainAdamW(this.#weights, OPTIMIZER);
  }

  async trainMicroBatch(): Promise<TrainResult> {
    return this.#train(this.#rowsFor(this.#batch));
  }

  rolloutBatch(seed: number): Promise<number[][]> {
    return this.#sample(seed);
  }

  async wholeStep(seed: number): Promise<number[][]> {
    const responses = await this.#sample(seed);
    const rows = this.#rowsFor(withResponses(this.#batch, responses));
    const logProbs = tf.tidy(() => this.#logProbs(this.#reference, rows));
    const referenceLogProbs = (await logProbs.data()) as Float32Array; // a float tensor
    logProbs.dispose();
    await this.#train({ ...rows, referenceLogProbs });
    return responses;
  }

  async optimise(): Promise<void> {
    // Made once: making them is no part of the optimiser.
    this.#zeros ??= Object.fromEntries(
      [...this.#weights.values()].map((value) => [value.name, tf.zerosLike(value)]),
    );
    const zeros = this.#zeros;
    const norm = tf.tidy(() => this.#optimizer.step(zeros));
    await norm.data();
    norm.dispose();
  }

  dispose(): void {
    if (this.#zeros) tf.dispose(this.#zeros);
    this.#optimizer.dispose();
    tf.dispose([...this.#weights.values(), ...this.#reference.values()]);
  }

  #rowsFor(batch: BenchBatch): TrainRows {
    const longest = batch.groups.flatMap(({ prompt, rows }) =>
      rows.map(({ response }) => prompt.length + response.length),
    );
    const length = Math.ceil(Math.max(...longest) / LENGTH_BUCKET) * LENGTH_BUCKET;
    return trainRows(batch, this.#config, length);
  }

  /** Image features of the batch's pictures, each for `times` rows: [groups · times, imageTokens, width]. */
  #features(weights: model.Weights, times: number): tf.Tensor3D {
    const { rows, width, data } = patchRows(this.#batch.pixels, this.#config);
    const features = model.imageFeatures(weights, this.#config, tf.tensor2d(data, [rows, width]));
    const [groups, tokens, size] = features.shape;
    const tiled = tf.tile(tf.reshape(features, [groups, 1, tokens, size]), [1, times, 1, 1]);
    return tf.reshape(tiled, [groups * times, tokens, size]);
  }

  /** Embedded tokens [rows · length, width]. */
  #embedded(weights: model.Weights, { rows, length, ids, places, isImage }: TokenRows): tf.Tensor {
    const features = this.#features(weights, rows / this.#batch.groups.length);
    const perRow = features.shape[1];
    const at = places.map((place, i) => Math.floor(i / length) * perRow + place);
    return model.embed(
      weights,
      tf.tensor1d(ids, 'int32'),
      features,
      tf.tensor1d(at, 'int32'),
      tf.tensor2d(isImage, [rows * length, 1]),
    );
  }

  #rotary(positions: number): model.Rotary {
    const { head_dim, rope_theta } = this.#config.text;
    const { cosine, sine } = rotaryTables(positions, head_dim, rope_theta);
    const shape: [number, number] = [positions, head_dim];
    return { cosine: tf.tensor2d(cosine, shape), sine: tf.tensor2d(sine, shape) };
  }

  /** Log-prob of every target, [rows, width]. */
  #logProbs(weights: model.Weights, batch: TrainRows): tf.Tensor {
    const { rows, length, start, width, targets } = batch;
    const size = this.#config.text.hidden_size;
    const bias = model.causalBias(length);
    const hidden = model.hiddenStates(
      weights,
      this.#config,
      this.#embedded(weights, batch),
      rows,
      this.#rotary(length),
      (_, q, k, v) => model.attention(q, k, v, bias),
    );
    const window = tf.slice(tf.reshape(hidden, [rows, length, size]), [0, start, 0], [rows, width, size]);
    const logits = model.headLogits(weights, this.#config, tf.reshape(window, [rows * width, size]));
    return tf.reshape(chosenLogProbs(logits, tf.tensor1d(targets, 'int32')), [rows, width]);
  }

  async #train(batch: TrainRows): Promise<TrainResult> {
    const { rows, width, mask, referenceLogProbs, advantages, tokens } = batch;
    const numbers = tf.tidy(() => {
      const shape: [number, number] = [rows, width];
      const inputs = {
        mask: tf.tensor2d(mask, shape),
        referenceLogProbs: tf.tensor2d(referenceLogProbs, shape),
        advantages: tf.tensor2d(advantages, [rows, 1]),
        tokens,
      };
      const kept: tf.Tensor[] = [];
      const { value, grads } = tf.variableGrads(() => {
        const { loss, kl } = pebrLoss(this.#logProbs(this.#weights, batch), inputs);
        kept.push(tf.keep(kl));
        return loss;
      }, [...this.#weights.values()]);
      const stacked = tf.stack([value, kept[0], this.#optimizer.step(grads)]);
      kept[0].dispose();
      return stacked;
    });
    const [loss, kl, gradNorm] = await numbers.data();
    numbers.dispose();
    return { loss, kl, gradNorm };
  }

  /** Responses of every row, the end token included. */
  async #sample(seed: number): Promise<number[][]> {
    const { text } = this.#config;
    const prompts = this.#batch.groups.flatMap(({ prompt, rows }) => rows.map(() => prompt));
    const lengths = lengthsOf(this.#batch);
    const capacity = lengths.full;
    const rotary = this.#rotary(capacity);
    const cache: { keys: tf.Tensor; values: tf.Tensor }[] = [];
    let logits = this.#prefill(prompts, lengths.prompt, capacity, cache);
    const groupSize = prompts.length / this.#batch.groups.length;
    const responses = prompts.map((): number[] => []);
    const ended = prompts.map(() => false);
    for (let position = 0; ; position++) {
      const values = (await logits.data()) as Float32Array; // a float tensor
      logits.dispose();
      const { ids } = sampleRows(
        values,
        text.vocab_size,
        { temperature: 1, topP: 1, topK: 0 },
        {
          seed,
          step: 0,
          position,
          groups: prompts.map((_, row) => Math.floor(row / groupSize)),
          rollouts: prompts.map((_, row) => row % groupSize),
        },
      );
      responses.forEach((response, row) => {
        if (ended[row]) return;
        response.push(ids[row]);
        ended[row] = ids[row] === text.eos_token_id;
      });
      if (position + 1 === this.#batch.maxNewTokens || ended.every(Boolean)) break;
      const positions = Int32Array.from(prompts, (prompt) => prompt.length + position);
      logits = this.#decode(ids, positions, capacity, rotary, cache);
    }
    tf.dispose([rotary.cosine, rotary.sine, ...cache.flatMap(({ keys, values }) => [keys, values])]);
    return responses;
  }

  /** Every row's own prefill; fills the cache and gives the logits after each prompt, [rows, V]. */
  #prefill(
    prompts: readonly (readonly number[])[],
    length: number,
    capacity: number,
    cache: { keys: tf.Tensor; values: tf.Tensor }[],
  ): tf.Tensor2D {
    const rows = prompts.length;
    const fill = (x: tf.Tensor): tf.Tensor =>
      tf.keep(
        tf.pad(x, [
          [0, 0],
          [0, 0],
          [0, capacity - length],
          [0, 0],
        ]),
      );
    return tf.tidy(() => {
      const bias = model.causalBias(length);
      const hidden = model.hiddenStates(
        this.#weights,
        this.#config,
        this.#embedded(this.#weights, tokenRows(prompts, this.#config, length)),
        rows,
        this.#rotary(length),
        (_, q, k, v) => {
          cache.push({ keys: fill(k), values: fill(v) });
          return model.attention(q, k, v, bias);
        },
      );
      const last = prompts.map((prompt, row) => row * length + prompt.length - 1);
      return model.headLogits(this.#weights, this.#config, tf.gather(hidden, tf.tensor1d(last, 'int32')));
    });
  }

  /** One token a row → logits [rows, V]; the cache is replaced by one that holds it. */
  #decode(
    ids: Int32Array,
    positions: Int32Array,
    capacity: number,
    rotary: model.Rotary,
    cache: { keys: tf.Tensor; values: tf.Tensor }[],
  ): tf.Tensor2D {
    const rows = ids.length;
    const { head_dim } = this.#config.text;
    return tf.tidy(() => {
      const at = tf.tensor1d(positions, 'int32');
      const bias = model.cacheBias(at, capacity);
      const slots = tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, 1, capacity, 1]);
      const here = tf.equal(slots, tf.reshape(at, [rows, 1, 1, 1]));
      const turned = (table: tf.Tensor): tf.Tensor =>
        tf.reshape(tf.gather(table, at), [rows, 1, 1, head_dim]);
      const hidden = model.hiddenStates(
        this.#weights,
        this.#config,
        model.embedWords(this.#weights, tf.tensor1d(ids, 'int32')),
        rows,
        { cosine: turned(rotary.cosine), sine: turned(rotary.sine) },
        (layer, q, k, v) => {
          const old = cache[layer];
          const keys = tf.keep(tf.where(here, k, old.keys));
          const values = tf.keep(tf.where(here, v, old.values));
          tf.dispose([old.keys, old.values]);
          cache[layer] = { keys, values };
          return model.attention(q, keys, values, bias);
        },
      );
      return model.headLogits(this.#weights, this.#config, hidden);
    });
  }
}
