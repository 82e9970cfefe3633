/**
 * Counter-based randomness: a number is a pure function of its address, so nothing has hidden state and a
 * resumed run draws what the uninterrupted one would have drawn.
 * Hash: 32-bit finaliser of MurmurHash3, applied once per key component.
 */

/** Mixes one more integer into a 32-bit state; both are taken modulo 2^32. */
export function mix(state: number, value: number): number {
  let h = (state ^ Math.imul(value | 0, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hash of an integer tuple, 32 bits, unsigned. */
export function hash(...keys: number[]): number {
  let state = 0x2545f491;
  for (const key of keys) state = mix(state, key);
  return mix(state, keys.length);
}

/** Uniform in the open interval (0, 1), a pure function of its keys. */
export function uniform(...keys: number[]): number {
  return (hash(...keys) + 0.5) / 4294967296;
}

/** Integer hash of a text (FNV-1a), to key streams by name or qid. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A stream of draws under one address, for code that takes many in sequence. */
export class RandomStream {
  readonly #state: number;
  #count = 0;
  constructor(...keys: number[]) {
    this.#state = hash(...keys);
  }
  /** Uniform in (0, 1). */
  next(): number {
    return uniform(this.#state, this.#count++);
  }
  /** Integer in [0, n). */
  integer(n: number): number {
    return Math.min(n - 1, Math.floor(this.next() * n));
  }
  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)];
  }
  /** One of the values, with probability proportional to its weight. Throws when there are none. */
  weighted<T>(entries: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.next() * entries.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    const last = entries.at(-1);
    if (last === undefined) throw new Error('weighted: got no entries; give at least one');
    return last[1];
  }
  /** True with probability p. */
  chance(p: number): boolean {
    return this.next() < p;
  }
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }
  /** Standard normal (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
