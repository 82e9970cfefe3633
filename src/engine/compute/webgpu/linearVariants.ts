/** The products of dense layers in several ways, with the same calls, buffers and results: which is fastest depends on the adapter. */
import type { LinearOperations } from './linear.ts';
import { inRegisters } from './linearRegisters.ts';
import { IN_TILES } from './linearTiles.ts';

export type Matmul = 'registers' | 'blocks' | 'tiles';

export const LINEAR: Readonly<Record<Matmul, LinearOperations>> = {
  /** 4 × 4 numbers an invocation, for itself. */
  registers: inRegisters(1),
  /** 8 × 8. */
  blocks: inRegisters(2),
  /** Workgroups share what they read. */
  tiles: IN_TILES,
};
