/** AdamW with clipping of the global norm in plain tfjs, which has neither; nothing is read back. */
import * as tf from '@tensorflow/tfjs';
import type { OptimizerConfig } from '../../src/engine/rl/types.ts';
import type { Weights } from './model.ts';

export class PlainAdamW {
  readonly #weights: Weights;
  readonly #config: OptimizerConfig;
  readonly #first = new Map<string, tf.Variable>();
  readonly #second = new Map<string, tf.Variable>();
  #steps = 0;

  constructor(weights: Weights, config: OptimizerConfig) {
    this.#weights = weights;
    this.#config = config;
    for (const [name, { shape }] of weights) {
      this.#first.set(
        name,
        tf.tidy(() => tf.variable(tf.zeros(shape), false)),
      );
      this.#second.set(
        name,
        tf.tidy(() => tf.variable(tf.zeros(shape), false)),
      );
    }
  }

  /** One update with gradients by tfjs's variable names → the global norm before clipping. Call inside tf.tidy. */
  step(gradients: tf.NamedTensorMap): tf.Tensor {
    const { learningRate, betas, epsilon, weightDecay, maxGradNorm } = this.#config;
    const [beta1, beta2] = betas;
    this.#steps += 1;
    const stepSize = learningRate / (1 - beta1 ** this.#steps);
    const rootCorrection = 1 / Math.sqrt(1 - beta2 ** this.#steps);
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.sum(tf.stack(squares)));
    const scale = tf.minimum(tf.div(maxGradNorm, tf.add(norm, 1e-6)), 1);
    for (const [name, variable] of this.#weights) {
      const first = this.#first.get(name)!;
      const second = this.#second.get(name)!;
      tf.tidy(() => {
        const gradient = tf.mul(gradients[variable.name], scale);
        first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
        second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
        const denominator = tf.add(tf.mul(tf.sqrt(second), rootCorrection), epsilon);
        const decayed = tf.mul(variable, 1 - learningRate * weightDecay);
        variable.assign(tf.sub(decayed, tf.div(tf.mul(first, stepSize), denominator)));
      });
    }
    return norm;
  }

  dispose(): void {
    tf.dispose([...this.#first.values(), ...this.#second.values()]);
  }
}
