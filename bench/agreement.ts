/** A wrong peer is no peer: all contenders must come to the same loss, KL and gradient norm as ours. */
import type { Timing } from './results.ts';

/** Relative, of the first micro-batch. The norm adds up every gradient, in another order everywhere. */
const TOLERANCES = { loss: 1e-4, kl: 1e-4, gradNorm: 1e-3 } as const;

/** What differs and by how much, or null. The first contender is the one that the others are held to. */
export function disagreement(timings: readonly Pick<Timing, 'contender' | 'trained'>[]): string | null {
  const [first, ...others] = timings.filter(({ trained }) => trained !== null);
  for (const { contender, trained } of others) {
    for (const [quantity, tolerance] of Object.entries(TOLERANCES) as [keyof typeof TOLERANCES, number][]) {
      const expected = first.trained![quantity];
      const actual = trained![quantity];
      // NaN must not pass for agreement.
      if (Math.abs(actual - expected) <= tolerance * Math.abs(expected)) continue;
      return `${contender} does not compute what ${first.contender} does: ${quantity} ${actual}, not ${expected}`;
    }
  }
  return null;
}
