import { addScalars, isZero, multiplyScalars, ONE, rational } from './scalar.ts';
import { Undecidable } from './undecidable.ts';
import type { Scalar } from './scalar.ts';

/**
 * A polynomial over letters, π, and square roots of primes and of −1. Products of the roots are reduced
 * (√2·√2 = 2), and roots of different primes are linearly independent over the rationals, so that a
 * polynomial is zero exactly when it has no terms. Keys are monomials: `name^exponent` in order, joined by
 * `*`.
 */
export type Polynomial = ReadonlyMap<string, Term>;

interface Term {
  readonly coefficient: Scalar;
  readonly powers: ReadonlyMap<string, number>;
}

/** Bounds the work of one decision. */
export class Budget {
  #left = 10_000;
  spend(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw new Undecidable('too many terms');
  }
}

/** Name of the root of an integer −1 or prime. */
export function rootName(of: bigint): string {
  return `√${of}`;
}

export function constantPolynomial(value: Scalar): Polynomial {
  return polynomial([{ coefficient: value, powers: new Map() }]);
}

export function namePolynomial(name: string): Polynomial {
  return polynomial([{ coefficient: ONE, powers: new Map([[name, 1]]) }]);
}

export function addPolynomials(a: Polynomial, b: Polynomial, budget: Budget): Polynomial {
  budget.spend(a.size + b.size);
  return polynomial([...a.values(), ...b.values()]);
}

export function multiplyPolynomials(a: Polynomial, b: Polynomial, budget: Budget): Polynomial {
  budget.spend(a.size * b.size + 1);
  const terms: Term[] = [];
  for (const left of a.values()) for (const right of b.values()) terms.push(multiplyTerms(left, right));
  return polynomial(terms);
}

/** The value of a polynomial without letters, π and roots; null for others. */
export function constantOf(a: Polynomial): Scalar | null {
  if (a.size === 0) return rational(0n, 1n);
  return a.size === 1 ? (a.get('')?.coefficient ?? null) : null;
}

function multiplyTerms(a: Term, b: Term): Term {
  let coefficient = multiplyScalars(a.coefficient, b.coefficient);
  const powers = new Map(a.powers);
  for (const [name, exponent] of b.powers) {
    let sum = (powers.get(name) ?? 0) + exponent;
    if (name.startsWith('√') && sum >= 2) {
      coefficient = multiplyScalars(coefficient, rational(BigInt(name.slice(1)), 1n));
      sum -= 2;
    }
    if (sum === 0) powers.delete(name);
    else powers.set(name, sum);
  }
  return { coefficient, powers };
}

function polynomial(terms: readonly Term[]): Polynomial {
  const result = new Map<string, Term>();
  for (const term of terms) {
    const key = [...term.powers]
      .map(([name, exponent]) => `${name}^${exponent}`)
      .sort()
      .join('*');
    const before = result.get(key);
    const coefficient =
      before === undefined ? term.coefficient : addScalars(before.coefficient, term.coefficient);
    if (isZero(coefficient)) result.delete(key);
    else result.set(key, { coefficient, powers: term.powers });
  }
  return result;
}
