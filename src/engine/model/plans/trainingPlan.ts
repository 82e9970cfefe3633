/**
 * Forward, loss and backward of a micro-batch as static plans: no tfjs, no read-back inside, gradients added up in the
 * optimiser's flat buffer. What trained (log-probs, entropies, losses) is copied out for the one read-back of a step.
 */
import { embedLists, embedSource } from '../../compute/webgpu/embed.ts';
import { guardFinite } from '../../compute/webgpu/adamw.ts';
import type { FlatBuffer } from '../../compute/webgpu/flatBuffer.ts';
import { POLICY_OBJECTIVE, type ObjectiveUniforms } from '../../compute/webgpu/objective.ts';
import { Plan } from '../../compute/webgpu/plan.ts';
import type { Piece } from '../../compute/webgpu/readBack.ts';
import {
  LOGITS_GRADIENT,
  statisticsSections,
  tokenStatistics,
} from '../../compute/webgpu/tokenStatistics.ts';
import { imageTokenCount } from '../config.ts';
import { rotaryAngles } from '../../compute/ops/rope.ts';
import type { GpuTuning } from '../../compute/webgpu/tuning.ts';
import type { PolicyConfig } from '../types.ts';
import { addTextBackward, embeddingLists } from './textBackward.ts';
import { addLogits, addTextLayers, languageModel, logitStride } from './textPlan.ts';
import { addVisionBackward, addVisionForward, pixelsOf } from './visionPlan.ts';
import {
  Workspace,
  type Capacity,
  type GradientContext,
  type PlanContext,
  type RunSizes,
} from './workspace.ts';

/** Rows of one forward and backward; rows of a group follow each other and see the same picture. */
export interface MicroBatchInput {
  /** [groups, channels, size, size], normalised. */
  readonly pixels: Float32Array;
  readonly groups: number;
  readonly rowsPerGroup: number;
  readonly length: number;
  /** [rows, length], padded at the right. */
  readonly inputIds: Int32Array;
  /** Tokens of each row before its padding. */
  readonly counts: readonly number[];
  /** First predicting position; [rows, window] follow. */
  readonly start: number;
  readonly window: number;
  readonly targets: Int32Array;
  readonly mask: Float32Array;
  /** [rows] */
  readonly advantages: Float32Array;
  /** [rows, window]; null: the current log-probs, held fixed. */
  readonly oldLogProbs: Float32Array | null;
  /** [rows, window]; null: computed by the reference if there is one, else no KL. */
  readonly referenceLogProbs: Float32Array | null;
  readonly temperature: number;
  readonly objective: ObjectiveUniforms;
}

/** Where the numbers of a recorded micro-batch lie until the next is recorded. */
export interface MicroBatchResults {
  /** [rows, window], nats. */
  readonly logProbs: Piece;
  readonly entropies: Piece;
  /** Null without a reference. */
  readonly referenceLogProbs: Piece | null;
  /** [rows, 2]: each row's share of policy loss and KL. */
  readonly sums: Piece;
}

interface Sizes extends RunSizes {
  readonly temperature: number;
  readonly objective: ObjectiveUniforms;
  readonly hasOld: boolean;
  readonly hasReference: boolean;
}

/** Of which parameters gradients are wanted; the others' stay 0. */
export type Trains = 'everything' | 'connector and language' | 'language';

export interface TrainingPlanOptions {
  readonly capacity: Capacity;
  /** Where the reference's parameters are; null: none. */
  readonly reference: FlatBuffer | null;
  readonly gradients: FlatBuffer;
  /** Set where a loss is not finite. */
  readonly guard: GPUBuffer;
  readonly trains: Trains;
  /** Less memory for about a third more time: activations of the language model are computed again. */
  readonly recompute: boolean;
  readonly tuning: GpuTuning;
}

export class TrainingPlan {
  readonly capacity: Capacity;
  readonly #device: GPUDevice;
  readonly #config: PolicyConfig;
  readonly #workspace: Workspace;
  readonly #context: PlanContext;
  /** What a micro-batch uploads to, looked up once. */
  readonly #inputs: ReturnType<typeof embeddingLists> & {
    readonly pixels: GPUBuffer;
    readonly source: GPUBuffer;
  };
  readonly #forward: Plan<Sizes>;
  readonly #backward: Plan<Sizes>;
  readonly #reference: Plan<Sizes> | null;

  constructor(device: GPUDevice, config: PolicyConfig, parameters: FlatBuffer, options: TrainingPlanOptions) {
    const { capacity } = options;
    this.capacity = capacity;
    this.#device = device;
    this.#config = config;
    this.#workspace = new Workspace(device);
    const { tuning, recompute } = options;
    this.#context = { config, capacity, workspace: this.#workspace, parameters, tuning, recompute };
    this.#forward = this.#forwardPlan('policy', this.#context);
    this.#reference =
      options.reference &&
      this.#forwardPlan('reference', { ...this.#context, parameters: options.reference });
    this.#backward = this.#backwardPlan(options);
    const { cosine, sine } = rotaryAngles(
      Uint32Array.from({ length: capacity.length }, (_, i) => i),
      config.text.head_dim,
      config.text.rope_theta,
    );
    const model = languageModel(this.#context);
    device.queue.writeBuffer(model.cosine, 0, cosine);
    device.queue.writeBuffer(model.sine, 0, sine);
    const { source } = model;
    this.#inputs = { ...embeddingLists(this.#context), pixels: pixelsOf(this.#context), source };
  }

  /** Compiles everything at the same time. */
  async compile(): Promise<void> {
    const plans = [this.#forward, this.#backward, ...(this.#reference ? [this.#reference] : [])];
    await Promise.all(plans.map((plan) => plan.compile()));
  }

  /** Bytes of all activations. */
  get bytes(): number {
    return this.#workspace.bytes;
  }

  /** Dispatches of a micro-batch with its reference, at most. */
  get dispatches(): number {
    return this.#forward.length + this.#backward.length + (this.#reference?.length ?? 0);
  }

  /** Of the largest micro-batch: floats for `of` numbers a predicted token. */
  #perToken(name: string, of: number): GPUBuffer {
    const { rows, window } = this.capacity;
    return this.#workspace.get(name, of * rows * window);
  }

  #forwardPlan(name: string, context: PlanContext): Plan<Sizes> {
    const plan = new Plan<Sizes>(this.#device, `${name} forward`);
    addTextLayers(plan, context, addVisionForward(plan, context));
    const logits = addLogits(plan, context);
    const { windowRows } = languageModel(context);
    const buffers = {
      logits,
      targets: this.#perToken('targets', 1),
      statistics: this.#perToken(`${name} statistics`, 3),
    };
    plan.add(tokenStatistics(context.tuning.lanes), buffers, (sizes) => ({
      rows: windowRows(sizes),
      stride: logitStride(context),
      vocabulary: this.#config.text.vocab_size,
      temperature: sizes.temperature,
      ...statisticsSections(windowRows(sizes)),
    }));
    return plan;
  }

  #backwardPlan({ gradients, guard, trains }: TrainingPlanOptions): Plan<Sizes> {
    const context: GradientContext = { ...this.#context, gradients: gradients.buffer };
    const plan = new Plan<Sizes>(this.#device, 'backward');
    const { windowRows, logits } = languageModel(context);
    const statistics = this.#perToken('policy statistics', 3);
    const coefficients = this.#perToken('coefficients', 1);
    const sums = this.#workspace.get('sums', 2 * this.capacity.rows);
    plan.add(
      POLICY_OBJECTIVE,
      {
        logProbs: statistics,
        oldLogProbs: this.#perToken('old log-probs', 1),
        referenceLogProbs: this.#perToken('reference statistics', 3),
        advantages: this.#workspace.get('advantages', this.capacity.rows),
        mask: this.#perToken('mask', 1),
        coefficients,
        sums,
      },
      ({ groups, rowsPerGroup, window, objective, hasOld, hasReference }) => ({
        rows: groups * rowsPerGroup,
        width: window,
        logProbs: 0,
        oldLogProbs: hasOld ? 0 : null,
        referenceLogProbs: hasReference ? 0 : null,
        objective,
      }),
    );
    plan.add(guardFinite, { values: sums, guard }, ({ groups, rowsPerGroup }) => 2 * groups * rowsPerGroup);
    const targets = this.#perToken('targets', 1);
    plan.add(LOGITS_GRADIENT, { targets, statistics, coefficients, logits }, (sizes) => ({
      rows: windowRows(sizes),
      stride: logitStride(context),
      vocabulary: this.#config.text.vocab_size,
      temperature: sizes.temperature,
      logSumExp: statisticsSections(windowRows(sizes)).logSumExp,
    }));
    const dFeatures = addTextBackward(plan, context);
    if (trains !== 'language') addVisionBackward(plan, context, dFeatures, trains === 'everything');
    return plan;
  }

  /**
   * Uploads a micro-batch and records its forward and, unless `forwardOnly`, its backward. Submit the encoder before
   * the next micro-batch is recorded.
   */
  record(encoder: GPUCommandEncoder, input: MicroBatchInput, forwardOnly = false): MicroBatchResults {
    const rows = input.groups * input.rowsPerGroup;
    const { capacity } = this;
    if (
      rows > capacity.rows ||
      input.groups > capacity.groups ||
      input.length > capacity.length ||
      input.window > capacity.window
    ) {
      throw new Error(
        `training plan: ${input.groups} groups, ${rows} × ${input.length} tokens do not fit ${JSON.stringify(capacity)}`,
      );
    }
    const computed = this.#reference !== null && input.referenceLogProbs === null && !forwardOnly;
    const hasReference = computed || input.referenceLogProbs !== null;
    const sizes: Sizes = { ...input, hasOld: input.oldLogProbs !== null, hasReference };
    this.#upload(input);
    const plans = [
      computed ? this.#reference : null,
      this.#forward,
      forwardOnly ? null : this.#backward,
    ].filter((plan) => plan !== null);
    for (const plan of plans) plan.prepare(sizes);
    const pass = encoder.beginComputePass({ label: 'micro-batch' });
    for (const plan of plans) plan.record(pass);
    pass.end();
    const size = 4 * rows * input.window;
    const statistics = this.#perToken('policy statistics', 3);
    return {
      logProbs: { buffer: statistics, offset: 0, size },
      entropies: { buffer: statistics, offset: size, size },
      referenceLogProbs: hasReference ? { buffer: this.#perToken('reference statistics', 3), size } : null,
      sums: { buffer: this.#workspace.get('sums', 2 * capacity.rows), size: 8 * rows },
    };
  }

  #upload(input: MicroBatchInput): void {
    const write = (buffer: GPUBuffer, values: Float32Array | Int32Array) => {
      this.#device.queue.writeBuffer(buffer, 0, values.buffer, values.byteOffset, values.byteLength);
    };
    const imageTokens = imageTokenCount(this.#config);
    const source = embedSource(input.inputIds, {
      length: input.length,
      imageToken: this.#config.image_token_id,
      imageTokens,
      rowsPerGroup: input.rowsPerGroup,
    });
    const { words, features } = embedLists(source, {
      length: input.length,
      counts: input.counts,
      vocabulary: this.#config.text.vocab_size,
      featureRows: input.groups * imageTokens,
    });
    const to = this.#inputs;
    write(to.pixels, input.pixels);
    write(to.source, source);
    write(to.wordOrder, words.order);
    write(to.wordStarts, words.starts);
    write(to.featureOrder, features.order);
    write(to.featureStarts, features.starts);
    write(this.#perToken('targets', 1), input.targets);
    write(this.#perToken('mask', 1), input.mask);
    write(this.#workspace.get('advantages', this.capacity.rows), input.advantages);
    if (input.oldLogProbs) write(this.#perToken('old log-probs', 1), input.oldLogProbs);
    if (input.referenceLogProbs) write(this.#perToken('reference statistics', 3), input.referenceLogProbs);
  }

  dispose(): void {
    for (const plan of [this.#forward, this.#backward, this.#reference]) plan?.dispose();
    this.#workspace.dispose();
  }
}
