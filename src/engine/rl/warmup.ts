/**
 * Supervised training on worked responses: warm-up (language model only, METHOD "Warm-up") and pretraining
 * (everything trains). One step is one batch: cross-entropy over response tokens, AdamW with clipped norm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { createOptimizer, type Optimizer } from '../compute/optimizer.ts';
import { imageFeatures } from '../model/forward.ts';
import type { Policy } from '../model/policy.ts';
import type { Tokenizer } from '../model/tokenizer.ts';
import type { ImagePreprocessing, NamedTensors } from '../model/types.ts';
import { RandomStream, hashText } from '../random.ts';
import type { Sample, TaskSet, TeacherFaults } from '../tasks/types.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { ReadBack } from '../compute/webgpu/readBack.ts';
import { tokenBatch, windowLogProbs, type TokenBatch, type TokenRow } from './batch.ts';
import { crossEntropyUniforms } from './objectiveUniforms.ts';
import { submitEach, trainingPlanOf, type FoundPlan } from './trainingPlans.ts';
import { PixelCache } from './pixelCache.ts';
import { isLanguageParameter } from '../model/layout.ts';
import { promptOf } from './promptOf.ts';
import { warmupRate } from './schedule.ts';
import type { OptimizerConfig } from './types.ts';

export interface WarmupConfig {
  readonly seed: number;
  readonly batchSize: number;
  /** Steps of the whole schedule. */
  readonly steps: number;
  readonly optimizer: OptimizerConfig;
  /** `cosine` after a linear rise over 10 % (warm-up); `trapezoid`: short rise, constant, linear fall over the last third. */
  readonly schedule: 'cosine' | 'trapezoid';
  /** Pretraining: vision tower and projector train too. */
  readonly trainEverything: boolean;
  readonly faults: TeacherFaults | null;
  /** Rows a forward-backward pass. */
  readonly rowsPerMicroBatch: number;
}

export interface WarmupState {
  readonly step: number;
  readonly parameters: NamedTensors;
  readonly optimizer: NamedTensors;
}

export interface WarmupMetrics {
  readonly step: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
  readonly step_time: number;
  readonly num_tokens: number;
}

export interface WarmupParts {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly tasks: TaskSet;
  readonly preprocessing: ImagePreprocessing;
  readonly instruction: string;
  /** Most bytes of pixels that are kept; default 3 GB. */
  readonly pixelBytes?: number;
}

/** METHOD "Warm-up": answers that say this are dropped, and images with a side under 28 px. */
const RETHINK = 'let me rethink it';

/** Examples of a batch that go through the policy together. */
interface Piece {
  readonly groups: readonly { readonly sample: Sample }[];
  readonly rows: readonly TokenRow[];
  readonly batch: TokenBatch;
}

/** One update: the batch in pieces, its tokens, the learning rate. */
interface Update {
  readonly pieces: readonly Piece[];
  readonly total: number;
  readonly rate: number;
  readonly giveWay: () => Promise<void>;
}

const rowLength = ({ prompt, response }: TokenRow): number => prompt.length + response.length;

export class Warmup {
  readonly #parts: WarmupParts;
  readonly #config: WarmupConfig;
  readonly #optimizer: Optimizer;
  readonly #trained: ReadonlyMap<string, tf.Variable>;
  readonly #pixels: PixelCache;
  #step = 0;

  /** Throws when the task set has no worked responses. */
  constructor(parts: WarmupParts, config: WarmupConfig, state?: WarmupState) {
    if (!parts.tasks.workedResponse) {
      throw new Error(
        `Task set "${parts.tasks.name}" has no worked responses to learn from; use a built-in suite.`,
      );
    }
    this.#parts = parts;
    this.#config = config;
    this.#trained = new Map(
      [...parts.policy.parameters].filter(([name]) => config.trainEverything || isLanguageParameter(name)),
    );
    this.#optimizer = createOptimizer(this.#trained, parts.policy.flat, config.optimizer);
    this.#pixels = new PixelCache(parts.preprocessing, parts.pixelBytes ?? 3 * 1024 * 1024 * 1024);
    if (state) {
      this.#step = state.step;
      parts.policy.copyFrom(state.parameters);
      this.#optimizer.importState(state.optimizer);
    }
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  async exportState(): Promise<WarmupState> {
    return {
      step: this.#step,
      parameters: await this.#parts.policy.exportTensors(),
      optimizer: await this.#optimizer.exportState(),
    };
  }

  /**
   * One batch, one update. Throws NonFiniteError and changes nothing when loss or gradient is not finite, nor when
   * `giveWay`, called before each forward-backward pass and before the update, throws.
   */
  async advance(giveWay: () => Promise<void> = async () => {}): Promise<WarmupMetrics> {
    const started = performance.now();
    const { batchSize, rowsPerMicroBatch, optimizer } = this.#config;
    // Rows of like length share a micro-batch: half the padding, the same gradient.
    const examples = this.#draw(batchSize)
      .map((sample) => ({ sample, row: this.#row(sample) }))
      .sort((a, b) => rowLength(a.row) - rowLength(b.row));
    const total = examples.reduce((sum, { row }) => sum + row.response.length, 0);
    const rate = warmupRate(this.#config.schedule, this.#step, this.#config.steps) * optimizer.learningRate;
    const padId = this.#parts.policy.config.text.pad_token_id;
    const pieces = Array.from({ length: Math.ceil(batchSize / rowsPerMicroBatch) }, (_, i): Piece => {
      const groups = examples.slice(i * rowsPerMicroBatch, (i + 1) * rowsPerMicroBatch);
      const rows = groups.map(({ row }) => row);
      return { groups, rows, batch: tokenBatch(rows, padId) };
    });
    const planned = await trainingPlanOf(
      { policy: this.#parts.policy, reference: null, trained: this.#trained, optimizer: this.#optimizer },
      pieces,
    );
    const update = { pieces, total, rate, giveWay };
    const { loss, gradNorm } = await (planned
      ? this.#updateByPlan(planned, update)
      : this.#updateByTensors(update));
    this.#step += 1;
    return {
      step: this.#step,
      loss,
      grad_norm: gradNorm,
      learning_rate: rate,
      step_time: (performance.now() - started) / 1000,
      num_tokens: total,
    };
  }

  async #updateByPlan(
    { plan, adamw }: FoundPlan,
    { pieces, total, rate, giveWay }: Update,
  ): Promise<{ loss: number; gradNorm: number }> {
    const objective = crossEntropyUniforms(total);
    const device = gpuDevice();
    const rows = pieces.reduce((sum, { batch }) => sum + batch.rows, 0);
    const back = new ReadBack(device, 4 * (2 * rows + 4));
    const bytes = await back.after(() =>
      submitEach(pieces, async (encoder, { groups, rows, batch }, index) => {
        await giveWay();
        if (index === 0) adamw.clearGradients(encoder);
        const { sums } = plan.record(encoder, {
          ...batch,
          pixels: await this.#pixels.batch(groups.map(({ sample }) => sample)),
          groups: groups.length,
          rowsPerGroup: 1,
          counts: rows.map(rowLength),
          window: batch.width,
          advantages: new Float32Array(rows.length),
          oldLogProbs: null,
          referenceLogProbs: null,
          temperature: 1,
          objective,
        });
        back.copy(encoder, sums);
        if (index === pieces.length - 1) back.copy(encoder, adamw.record(encoder, rate));
      }),
    );
    const losses = bytes.slice(0, -1).flatMap((sums) => [...new Float32Array(sums)]);
    const loss = losses.reduce((sum, value, i) => (i % 2 === 0 ? sum + value : sum), 0);
    return { loss, ...adamw.finish(bytes.at(-1)!, loss) };
  }

  async #updateByTensors({
    pieces,
    total,
    rate,
    giveWay,
  }: Update): Promise<{ loss: number; gradNorm: number }> {
    const gradients = new Map<string, tf.Tensor>();
    try {
      let loss = 0;
      for (const piece of pieces) {
        await giveWay();
        const pixels = await this.#pixels.batch(piece.groups.map(({ sample }) => sample));
        loss += await this.#backward(piece.batch, pixels, total, gradients);
      }
      await giveWay();
      return { loss, ...(await this.#optimizer.step(gradients, rate)) };
    } finally {
      for (const gradient of gradients.values()) gradient.dispose();
    }
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  /** Samples of this step: drawn with replacement from the train part, a function of seed and step alone. */
  #draw(count: number): Sample[] {
    const { tasks } = this.#parts;
    const draws = new RandomStream(this.#config.seed, hashText('warmup'), this.#step);
    const size = tasks.size('train');
    return Array.from({ length: count }, () => tasks.sample('train', draws.integer(size)));
  }

  #row(sample: Sample): TokenRow {
    const { tokenizer, tasks } = this.#parts;
    const text = tasks.workedResponse!(sample, this.#config.faults, this.#config.seed, this.#step);
    if (text.toLowerCase().includes(RETHINK))
      throw new Error(`Worked response of ${sample.qid} says "${RETHINK}".`);
    return {
      prompt: promptOf(this.#parts, sample),
      response: [...tokenizer.encode(text), tokenizer.ids.eos],
    };
  }

  /** Adds this part's gradients of (sum of cross-entropies / total) and returns its share of the loss. */
  async #backward(
    batch: TokenBatch,
    pixels: Float32Array,
    total: number,
    gradients: Map<string, tf.Tensor>,
  ): Promise<number> {
    const { policy } = this.#parts;
    const { num_channels, image_size } = policy.config.vision;
    const { value, grads } = tf.tidy(() => {
      const pixelValues = tf.tensor4d(pixels, [batch.rows, num_channels, image_size, image_size]);
      const mask = tf.tensor2d(batch.mask, [batch.rows, batch.width]);
      const frozen = this.#config.trainEverything ? null : imageFeatures(policy, pixelValues);
      return tf.variableGrads(() => {
        const features = frozen ?? imageFeatures(policy, pixelValues);
        const { logProbs } = windowLogProbs(policy, batch, features, 1);
        return tf.div(tf.neg(tf.sum(tf.mul(logProbs, mask))), total);
      }, [...this.#trained.values()]);
    });
    const [loss] = await value.data();
    value.dispose();
    accumulate(this.#trained, grads, gradients);
    return loss;
  }
}

/** Adds gradients keyed by variable name to the running sums keyed by parameter name; the summands are disposed. */
export function accumulate(
  trained: ReadonlyMap<string, tf.Variable>,
  grads: tf.NamedTensorMap,
  sums: Map<string, tf.Tensor>,
): void {
  for (const [name, variable] of trained) {
    const gradient = grads[variable.name];
    if (!gradient) continue;
    const sum = sums.get(name);
    if (sum) {
      sums.set(name, tf.add(sum, gradient));
      sum.dispose();
      gradient.dispose();
    } else {
      sums.set(name, gradient);
    }
  }
}
