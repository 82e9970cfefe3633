import {
  addPolynomials,
  Budget,
  constantOf,
  constantPolynomial,
  multiplyPolynomials,
  namePolynomial,
  rootName,
} from './polynomial.ts';
import {
  integerOf,
  invertScalar,
  isZero,
  multiplyScalars,
  ONE,
  powerOfScalar,
  rational,
  scalarFromText,
  toNumber,
  ZERO,
} from './scalar.ts';
import { Undecidable } from './undecidable.ts';
import type { Expression } from './expression.ts';
import type { Polynomial } from './polynomial.ts';
import type { Scalar } from './scalar.ts';

/** The expression has no exact form here (a root of a sum, a logarithm, a letter in an exponent). */
export class NoExactForm extends Error {}

/** A quotient of polynomials; the denominator is 1 whenever it would be a plain number. */
interface Fraction {
  readonly over: Polynomial;
  readonly under: Polynomial;
}

const MAX_POWER = 64;
const MAX_FACTORIAL = 200;
/** Trial division up to here proves primes up to its square. */
const TRIAL_LIMIT = 10_000n;

/**
 * Whether an expression of letters, decimals, π, roots of numbers, + − × ÷ and whole powers is identically 0;
 * exact but for decimals. Throws NoExactForm for others, Undecidable on division by zero and beyond its
 * budget.
 */
export function isExactlyZero(expression: Expression): boolean {
  return new Canonical().of(expression).over.size === 0;
}

class Canonical {
  readonly #budget = new Budget();
  readonly #one = constantPolynomial(ONE);

  of(expression: Expression): Fraction {
    switch (expression.kind) {
      case 'number':
        return this.#scalar(scalarFromText(expression.text));
      case 'constant':
        return this.#name(expression.name === 'i' ? rootName(-1n) : 'π constant');
      case 'symbol':
        return this.#name(expression.name);
      case 'negate':
        return this.#multiply(this.#scalar(rational(-1n, 1n)), this.of(expression.of));
      case 'sqrt':
        return this.#root(this.#constant(this.of(expression.of)));
      case 'factorial':
        return this.#factorial(this.#constant(this.of(expression.of)));
      case 'ln':
        throw new NoExactForm();
      case '+':
        return this.#add(this.of(expression.left), this.of(expression.right));
      case '-': {
        const negated = this.#multiply(this.#scalar(rational(-1n, 1n)), this.of(expression.right));
        return this.#add(this.of(expression.left), negated);
      }
      case '*':
        return this.#multiply(this.of(expression.left), this.of(expression.right));
      case '/':
        return this.#multiply(this.of(expression.left), this.#invert(this.of(expression.right)));
      case '**':
        return this.#power(this.of(expression.left), this.#constant(this.of(expression.right)));
    }
    expression satisfies never;
  }

  #scalar(value: Scalar): Fraction {
    return { over: constantPolynomial(value), under: this.#one };
  }

  #name(name: string): Fraction {
    return { over: namePolynomial(name), under: this.#one };
  }

  #constant(fraction: Fraction): Scalar {
    const value = constantOf(fraction.over);
    if (value === null || fraction.under !== this.#one) throw new NoExactForm();
    return value;
  }

  #add(a: Fraction, b: Fraction): Fraction {
    if (a.under === b.under) return { over: addPolynomials(a.over, b.over, this.#budget), under: a.under };
    const left = multiplyPolynomials(a.over, b.under, this.#budget);
    const right = multiplyPolynomials(b.over, a.under, this.#budget);
    return {
      over: addPolynomials(left, right, this.#budget),
      under: multiplyPolynomials(a.under, b.under, this.#budget),
    };
  }

  #multiply(a: Fraction, b: Fraction): Fraction {
    const over = multiplyPolynomials(a.over, b.over, this.#budget);
    if (a.under === this.#one) return { over, under: b.under };
    if (b.under === this.#one) return { over, under: a.under };
    return { over, under: multiplyPolynomials(a.under, b.under, this.#budget) };
  }

  #invert(a: Fraction): Fraction {
    if (a.over.size === 0) throw new Undecidable('division by zero');
    const value = constantOf(a.over);
    if (value === null) return { over: a.under, under: a.over };
    return {
      over: multiplyPolynomials(a.under, constantPolynomial(invertScalar(value)), this.#budget),
      under: this.#one,
    };
  }

  #power(base: Fraction, exponent: Scalar): Fraction {
    const times = integerOf(exponent);
    const value = base.under === this.#one ? constantOf(base.over) : null;
    if (times === null) return this.#fractionalPower(value, exponent);
    if (value !== null && (times >= 0 || !isZero(value))) return this.#scalar(powerOfScalar(value, times));
    if (Math.abs(times) > MAX_POWER) throw new Undecidable('exponent too large');
    const factor = times < 0 ? this.#invert(base) : base;
    let product = this.#scalar(ONE);
    for (let i = 0; i < Math.abs(times); i++) product = this.#multiply(product, factor);
    return product;
  }

  #fractionalPower(base: Scalar | null, exponent: Scalar): Fraction {
    if (typeof exponent === 'number') {
      if (base === null) throw new Undecidable('a decimal exponent of a letter or root');
      return this.#scalar(powerOfScalar(toNumber(base), exponent));
    }
    const doubled = integerOf(multiplyScalars(exponent, rational(2n, 1n)));
    if (base === null || doubled === null || Math.abs(doubled) > MAX_POWER) throw new NoExactForm();
    return this.#power(this.#root(base), rational(BigInt(doubled), 1n));
  }

  /** √(n/d) = √(n·d)/d, its square factors taken out, one root for each prime left. */
  #root(of: Scalar): Fraction {
    if (typeof of === 'number') {
      const root = this.#scalar(Math.sqrt(Math.abs(of)));
      return of < 0 ? this.#multiply(root, this.#name(rootName(-1n))) : root;
    }
    if (isZero(of)) return this.#scalar(ZERO);
    const { outside, primes } = squareFactors((of.n < 0n ? -of.n : of.n) * of.d);
    let root = this.#scalar(rational(outside, of.d));
    if (of.n < 0n) root = this.#multiply(root, this.#name(rootName(-1n)));
    for (const prime of primes) root = this.#multiply(root, this.#name(rootName(prime)));
    return root;
  }

  #factorial(of: Scalar): Fraction {
    const n = integerOf(of);
    if (n === null || n < 0 || n > MAX_FACTORIAL)
      throw new Undecidable('a factorial that is no small number');
    let product = 1n;
    for (let i = 2n; i <= BigInt(n); i++) product *= i;
    return this.#scalar(rational(product, 1n));
  }
}

function squareFactors(value: bigint): { outside: bigint; primes: bigint[] } {
  let left = value;
  let outside = 1n;
  const primes: bigint[] = [];
  for (let p = 2n; p <= TRIAL_LIMIT && p * p <= left; p++) {
    let count = 0;
    for (; left % p === 0n; count++) left /= p;
    outside *= p ** BigInt(Math.floor(count / 2));
    if (count % 2 === 1) primes.push(p);
  }
  if (left > TRIAL_LIMIT * TRIAL_LIMIT) throw new NoExactForm();
  return { outside, primes: left > 1n ? [...primes, left] : primes };
}
