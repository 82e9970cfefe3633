import { scalarFromText, toNumber } from './scalar.ts';
import { Undecidable } from './undecidable.ts';
import type { Expression } from './expression.ts';

/** A complex number. */
type Complex = readonly [real: number, imaginary: number];

/** Where letters are tried: in all four quadrants, away from 0, 1 and each other. */
const POINTS: readonly Complex[] = [
  [0.731, 0.413],
  [-1.237, 0.291],
  [-0.618, -1.173],
  [1.409, -0.577],
  [0.353, 1.871],
  [-1.913, -0.237],
];
/** Relative difference below which two values are the same, with some 16 digits in play. */
const TOLERANCE = 1e-11;

/**
 * Whether an expression is 0 at six complex points, principal values taken, to 11 digits: an identity with
 * high confidence, where there is no exact form (√x·√x, ln 4 − 2 ln 2, nested roots). √(x²) − x is no
 * identity: half of the points say so. Throws Undecidable where a value is not finite.
 */
export function isNumericallyZero(expression: Expression): boolean {
  return POINTS.every((_, round) => {
    const names = new Map<string, Complex>();
    const letter = (name: string): Complex => {
      const known = names.get(name);
      if (known !== undefined) return known;
      const turn = names.size;
      const [real, imaginary] = POINTS[(round + 2 * turn) % POINTS.length];
      const value: Complex = [real + 0.0917 * turn, imaginary - 0.0613 * turn];
      names.set(name, value);
      return value;
    };
    if (expression.kind !== '-') return size(evaluate(expression, letter)) < TOLERANCE;
    const left = evaluate(expression.left, letter);
    const right = evaluate(expression.right, letter);
    return size(subtract(left, right)) <= TOLERANCE * (size(left) + size(right));
  });
}

function evaluate(expression: Expression, letter: (name: string) => Complex): Complex {
  const value = evaluateParts(expression, letter);
  if (!Number.isFinite(value[0]) || !Number.isFinite(value[1])) throw new Undecidable('not a finite number');
  return value;
}

function evaluateParts(expression: Expression, letter: (name: string) => Complex): Complex {
  switch (expression.kind) {
    case 'number':
      return [toNumber(scalarFromText(expression.text)), 0];
    case 'constant':
      return expression.name === 'i' ? [0, 1] : [Math.PI, 0];
    case 'symbol':
      return letter(expression.name);
    case 'negate':
      return subtract([0, 0], evaluate(expression.of, letter));
    case 'sqrt':
      return squareRoot(evaluate(expression.of, letter));
    case 'ln':
      return logarithm(evaluate(expression.of, letter));
    case 'factorial':
      throw new Undecidable('a factorial beside a root or logarithm');
    case '+': {
      const [left, right] = [evaluate(expression.left, letter), evaluate(expression.right, letter)];
      return [left[0] + right[0], left[1] + right[1]];
    }
    case '-':
      return subtract(evaluate(expression.left, letter), evaluate(expression.right, letter));
    case '*':
      return multiply(evaluate(expression.left, letter), evaluate(expression.right, letter));
    case '/':
      return divide(evaluate(expression.left, letter), evaluate(expression.right, letter));
    case '**':
      return power(evaluate(expression.left, letter), evaluate(expression.right, letter));
  }
  expression satisfies never;
}

function size([real, imaginary]: Complex): number {
  return Math.hypot(real, imaginary);
}

function subtract(a: Complex, b: Complex): Complex {
  return [a[0] - b[0], a[1] - b[1]];
}

function multiply(a: Complex, b: Complex): Complex {
  return [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
}

function divide(a: Complex, b: Complex): Complex {
  const square = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / square, (a[1] * b[0] - a[0] * b[1]) / square];
}

function logarithm(a: Complex): Complex {
  return [Math.log(size(a)), Math.atan2(a[1], a[0])];
}

function squareRoot(a: Complex): Complex {
  const real = Math.sqrt((size(a) + Math.abs(a[0])) / 2);
  if (real === 0) return [0, 0];
  const other = Math.abs(a[1]) / (2 * real);
  return a[0] >= 0 ? [real, Math.sign(a[1]) * other] : [other, a[1] < 0 ? -real : real];
}

/** Whole powers by multiplication, others as e^(b ln a). */
function power(base: Complex, exponent: Complex): Complex {
  if (exponent[1] === 0 && Number.isInteger(exponent[0]) && Math.abs(exponent[0]) <= 64) {
    let product: Complex = [1, 0];
    for (let i = 0; i < Math.abs(exponent[0]); i++) product = multiply(product, base);
    return exponent[0] < 0 ? divide([1, 0], product) : product;
  }
  if (size(base) === 0) throw new Undecidable('a power of zero');
  const [logSize, angle] = multiply(exponent, logarithm(base));
  return [Math.exp(logSize) * Math.cos(angle), Math.exp(logSize) * Math.sin(angle)];
}
