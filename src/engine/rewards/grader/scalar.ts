import { Undecidable } from './undecidable.ts';

/**
 * A coefficient: an exact rational, or a double. As in sympy, a decimal of up to 15 digits is a double and
 * whatever it touches becomes one, so 0.1 + 0.2 is not 0.3, but 0.5 is 1/2.
 */
export type Scalar = { readonly n: bigint; readonly d: bigint } | number;

export const ZERO: Scalar = { n: 0n, d: 1n };
export const ONE: Scalar = { n: 1n, d: 1n };

const MAX_BITS = 20000;
const MAX_DIGITS = 2000;

/**
 * An exact rational in lowest terms, denominator positive. Throws Undecidable on division by zero or beyond
 * 20 000 bits.
 */
export function rational(numerator: bigint, denominator: bigint): Scalar {
  if (denominator === 0n) throw new Undecidable('division by zero');
  const divisor = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  const n = numerator / divisor;
  const d = denominator / divisor;
  if (bits(n) > MAX_BITS || bits(d) > MAX_BITS) throw new Undecidable('numbers too large');
  return { n, d };
}

/** A number's text: an integer is exact, a decimal a double unless it has more than 15 significant digits. */
export function scalarFromText(text: string): Scalar {
  if (text.length > MAX_DIGITS) throw new Undecidable('numbers too large');
  if (/^\d+$/.test(text)) return { n: BigInt(text), d: 1n };
  const [mantissa, exponentText] = text.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`;
  const exponent = Number(exponentText ?? 0) - fraction.length;
  if (digits.replace(/^0+/, '').length <= 15) return finite(Number(text));
  if (Math.abs(exponent) > MAX_DIGITS) throw new Undecidable('numbers too large');
  const scale = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? rational(BigInt(digits), scale) : rational(BigInt(digits) * scale, 1n);
}

export function addScalars(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'number' || typeof b === 'number') return finite(toNumber(a) + toNumber(b));
  return rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function multiplyScalars(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'number' || typeof b === 'number') return finite(toNumber(a) * toNumber(b));
  return rational(a.n * b.n, a.d * b.d);
}

export function invertScalar(a: Scalar): Scalar {
  if (isZero(a)) throw new Undecidable('division by zero');
  return typeof a === 'number' ? finite(1 / a) : rational(a.d, a.n);
}

export function powerOfScalar(base: Scalar, exponent: number): Scalar {
  if (typeof base === 'number') return finite(base ** exponent);
  const times = Math.abs(exponent);
  if (times * Math.max(bits(base.n), bits(base.d)) > MAX_BITS) throw new Undecidable('numbers too large');
  const n = base.n ** BigInt(times);
  const d = base.d ** BigInt(times);
  return exponent < 0 ? rational(d, n) : { n, d };
}

export function isZero(a: Scalar): boolean {
  return typeof a === 'number' ? a === 0 : a.n === 0n;
}

/** The integer that an exact scalar is; null for fractions, doubles and integers beyond ±2^31. */
export function integerOf(a: Scalar): number | null {
  if (typeof a === 'number' || a.d !== 1n || bits(a.n) > 31) return null;
  return Number(a.n);
}

/** The nearest double. */
export function toNumber(a: Scalar): number {
  if (typeof a === 'number') return a;
  if (bits(a.n) <= 52 && bits(a.d) <= 52) return Number(a.n) / Number(a.d);
  // Scaled so that the integer quotient holds more bits than a double keeps.
  const shift = 64 + bits(a.d) - bits(a.n);
  const quotient = shift > 0 ? (a.n << BigInt(shift)) / a.d : a.n / (a.d << BigInt(-shift));
  return finite(Number(quotient) * 2 ** -shift);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Undecidable('not a finite number');
  return value;
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function bits(value: bigint): number {
  return value.toString(16).length * 4;
}
