/** The products of dense layers in two ways, with the same calls, buffers and results: which is faster depends on the adapter. */
import type { Kernel, Operation } from './kernel.ts';
import {
  linearForward,
  linearInputGradient,
  linearResidual,
  linearWeightGradient,
  linearWeightGradientParts,
  type LinearCall,
  type PartsCall,
  type Store,
} from './linear.ts';
import {
  tiledForward,
  tiledInputGradient,
  tiledResidual,
  tiledWeightGradient,
  tiledWeightGradientParts,
} from './linearTiled.ts';

type BuffersOf<O extends { readonly kernel: Kernel }> = Pick<O['kernel'], 'buffers'>;
/** An operation with the buffers of another one. */
type Like<Call, O extends { readonly kernel: Kernel }> = Operation<Call, Kernel & BuffersOf<O>>;
interface Bias {
  readonly bias: boolean;
}

export interface LinearOperations {
  readonly forward: (options: Bias) => Like<LinearCall, ReturnType<typeof linearForward>>;
  readonly residual: (options: Bias) => Like<LinearCall, ReturnType<typeof linearResidual>>;
  readonly inputGradient: (store: Store) => Like<LinearCall, ReturnType<typeof linearInputGradient>>;
  readonly weightGradient: (options: Bias) => Like<LinearCall, ReturnType<typeof linearWeightGradient>>;
  /** Its products are summed by `addParts`. */
  readonly weightGradientParts: Like<PartsCall, typeof linearWeightGradientParts>;
}

export type Matmul = 'registers' | 'tiles';

export const LINEAR: Readonly<Record<Matmul, LinearOperations>> = {
  /** No barriers: an invocation for itself. */
  registers: {
    forward: linearForward,
    residual: linearResidual,
    inputGradient: linearInputGradient,
    weightGradient: linearWeightGradient,
    weightGradientParts: linearWeightGradientParts,
  },
  /** Workgroups share what they read. */
  tiles: {
    forward: tiledForward,
    residual: tiledResidual,
    inputGradient: tiledInputGradient,
    weightGradient: tiledWeightGradient,
    weightGradientParts: tiledWeightGradientParts,
  },
};
