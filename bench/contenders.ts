/**
 * Who is measured, in the order of their turns. Each runs in a thread of its own: tfjs keeps its engine and flags in one
 * place for all copies of it.
 */
import type { Contender } from '../src/engine/measure/index.ts';

export const CONTENDERS = ['ours', 'ours on wasm', 'plain tfjs', 'jax-js', 'ours, fused ops off'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Loads a contender with what it needs and nothing else. `timed`: on a device that computes. */
export async function loadContender(
  name: ContenderName,
  { timed }: { readonly timed: boolean },
): Promise<Contender> {
  switch (name) {
    case 'ours':
    case 'ours, fused ops off':
    case 'ours on wasm': {
      const { Ours } = await import('../src/engine/measure/ours.ts');
      const backend = name === 'ours on wasm' ? 'wasm' : 'webgpu';
      const tuned = timed && name === 'ours';
      return new Ours({ backend, fusedOps: name !== 'ours, fused ops off', tuned });
    }
    case 'plain tfjs': {
      const { startStockWebGpu } = await import('./plainTfjs/start.ts');
      const { PlainTfjs } = await import('./plainTfjs/index.ts');
      await startStockWebGpu();
      return new PlainTfjs();
    }
    case 'jax-js': {
      const { JaxJs } = await import('./jaxJs/index.ts');
      return new JaxJs();
    }
    default:
      return name satisfies never;
  }
}
