import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor, NamedTensors } from '../model/types.ts';
import type { OptimizerConfig } from '../rl/types.ts';
import { NonFiniteError } from './nonFinite.ts';
import type { Optimizer } from './optimizer.ts';
import { squaredNorm, updatedParameter, type Moments, type StepFactors } from './ops/adamwStep.ts';

/**
 * AdamW as torch.optim.AdamW has it: decoupled decay of every parameter, both moments bias-corrected, after
 * torch.nn.utils.clip_grad_norm_ over all gradients. Parameters without a gradient stay as they are.
 */
export class AdamW implements Optimizer {
  readonly #parameters: ReadonlyMap<string, tf.Variable>;
  readonly #config: OptimizerConfig;
  readonly #moments = new Map<string, Moments>();
  #steps = 0;

  constructor(parameters: ReadonlyMap<string, tf.Variable>, config: OptimizerConfig) {
    this.#parameters = parameters;
    this.#config = config;
  }

  /** Updates done so far. */
  get steps(): number {
    return this.#steps;
  }

  #momentsOf(name: string, shape: number[]): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zero = () =>
        tf.tidy(() => tf.variable(tf.tensor(new Float32Array(tf.util.sizeFromShape(shape)), shape), false));
      moments = { first: zero(), second: zero() };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  /**
   * One update. `gradNorm` is the global norm before clipping. Throws a NonFiniteError, with nothing changed,
   * when it is not finite. The gradients stay the caller's.
   */
  async step(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): Promise<{ gradNorm: number }> {
    const { betas, epsilon, weightDecay, maxGradNorm } = this.#config;
    const gradNorm = Math.sqrt(await squaredNorm([...gradients.values()]));
    if (!Number.isFinite(gradNorm)) throw new NonFiniteError('update', 'gradient norm', gradNorm);
    this.#steps += 1;
    const factors: StepFactors = {
      gradScale: Math.min(1, maxGradNorm / (gradNorm + 1e-6)),
      decay: 1 - learningRate * weightDecay,
      beta1: betas[0],
      beta2: betas[1],
      stepSize: learningRate / (1 - betas[0] ** this.#steps),
      rootCorrection: 1 / Math.sqrt(1 - betas[1] ** this.#steps),
      epsilon,
    };
    for (const [name, gradient] of gradients) {
      const parameter = this.#parameters.get(name);
      if (!parameter) throw new Error(`AdamW: a gradient for "${name}", which is not a parameter`);
      const moments = this.#momentsOf(name, parameter.shape);
      tf.tidy(() => parameter.assign(updatedParameter(parameter, gradient, moments, factors)));
    }
    return { gradNorm };
  }

  /** Both moments of every parameter that was ever updated, as `NAME.first` and `NAME.second`, and `steps` [1]. */
  async exportState(): Promise<NamedTensors> {
    const state = new Map<string, NamedTensor>([
      ['steps', { shape: [1], data: Float32Array.of(this.#steps) }],
    ]);
    for (const [name, { first, second }] of this.#moments) {
      state.set(`${name}.first`, { shape: first.shape, data: (await first.data<'float32'>()).slice() });
      state.set(`${name}.second`, { shape: second.shape, data: (await second.data<'float32'>()).slice() });
    }
    return state;
  }

  /** Goes on from an exported state, so that the next step is the one that would have come. Throws naming a tensor that does not fit. */
  importState(state: NamedTensors): void {
    const steps = state.get('steps')?.data[0];
    if (steps === undefined) throw new Error('optimizer state: "steps" is missing');
    this.dispose();
    this.#steps = steps;
    for (const [key, { data }] of state) {
      if (key === 'steps') continue;
      const name = key.replace(/\.(first|second)$/, '');
      const parameter = this.#parameters.get(name);
      if (!parameter || parameter.size !== data.length) {
        throw new Error(
          `optimizer state: "${key}" with ${data.length} values fits no parameter of this policy`,
        );
      }
      const { first, second } = this.#momentsOf(name, parameter.shape);
      const target = key.endsWith('.first') ? first : second;
      tf.tidy(() => target.assign(tf.tensor(data, parameter.shape)));
    }
  }

  /** Frees the moments and forgets the steps. */
  dispose(): void {
    for (const { first, second } of this.#moments.values()) {
      first.dispose();
      second.dispose();
    }
    this.#moments.clear();
    this.#steps = 0;
  }
}
