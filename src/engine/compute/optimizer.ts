import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../model/types.ts';
import type { OptimizerConfig } from '../rl/types.ts';
import { AdamW } from './adamw.ts';
import { FlatAdamW } from './webgpu/flatAdamW.ts';
import type { FlatBuffer } from './webgpu/flatBuffer.ts';

/** What changes parameters by their gradients, and can be kept and gone on with. */
export interface Optimizer {
  /** Updates done so far. */
  readonly steps: number;
  /**
   * One update. `gradNorm` is the global norm before clipping. Throws a NonFiniteError, with nothing changed, when
   * it is not finite. The gradients stay the caller's.
   */
  step(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): Promise<{ gradNorm: number }>;
  /** Both moments of every parameter that was ever updated, as `NAME.first` and `NAME.second`, and `steps` [1]. */
  exportState(): Promise<NamedTensors>;
  /** Goes on from an exported state, so that the next step is the one that would have come. Throws naming a tensor that does not fit. */
  importState(state: NamedTensors): void;
  dispose(): void;
}

/** AdamW for parameters; over their flat buffer where they lie in one. */
export function createOptimizer(
  parameters: ReadonlyMap<string, tf.Variable>,
  flat: FlatBuffer | null,
  config: OptimizerConfig,
): Optimizer {
  return flat ? new FlatAdamW(flat, [...parameters.keys()], config) : new AdamW(parameters, config);
}
