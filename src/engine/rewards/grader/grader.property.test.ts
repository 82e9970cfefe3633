import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradeAnswer } from './index.ts';

const part = fc.constantFrom(
  '\\frac', '\\sqrt', '\\text{', '\\left(', '\\begin{pmatrix}', '\\end', '{', '}', '(', ')', '[', ']', '^', '**', '/',
  '//', '+', '-', '!', '=', ',', '.', ' ', 'x', 'y', 'pi', 'sqrt(', 'ln(', '0', '12', '.5', '1e9', '2j', '\\', '$', '%',
  'million', ' and ', 'cm^2', '~', '&', '\\\\', '∞', 'İ', '\u2028', '\ud835',
); // prettier-ignore
const messy = fc
  .array(fc.oneof(part, part, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 14 })
  .map((parts) => parts.join(''));

describe('grader', () => {
  it('accepts any answer against itself', () => {
    fc.assert(
      fc.property(messy, (text) => gradeAnswer(text, text).correct),
      { numRuns: 500 },
    );
  });

  it('never throws and always says why', () => {
    fc.assert(
      fc.property(messy, messy, (given, truth) => gradeAnswer(given, truth).rule.length > 0),
      { numRuns: 2000 },
    );
  });

  it('knows equal sums, products and powers of integers', () => {
    const small = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expect(gradeAnswer(`(x+${a})*(${b}x-${c})`, `${b}x^2+${a * b - c}*x-${a * c}`).correct).toBe(true);
        expect(gradeAnswer(`(x+${a})*(${b}x-${c})`, `${b}x^2+${a * b - c}*x-${a * c + 1}`).correct).toBe(
          false,
        );
        expect(gradeAnswer(`${a}sqrt(${b})+x`, `x+sqrt(${a * a * b})`).correct).toBe(true);
        expect(gradeAnswer(`${a}sqrt(${b})+x`, `x+sqrt(${a * a * b + 1})`).correct).toBe(false);
      }),
    );
  });

  const long = 10_000;
  it.each([
    ['nested brackets', '('.repeat(long) + 'x' + ')'.repeat(long), 'x'],
    ['nested braces', '\\frac{'.repeat(long), 'x'],
    ['nested roots', '\\sqrt{'.repeat(long / 5) + '2' + '}'.repeat(long / 5), 'x'],
    ['signs', '-'.repeat(long) + 'x', 'x'],
    ['a tower', '9**9**9**9', 'x'],
    ['a long tower', `x${'**2'.repeat(300)}`, 'x'],
    ['powers of sums', '(x+y+1)**60*(x-y+2)**60', 'x'],
    ['powers of powers', '(((2**1000)**1000)**1000)', 'x'],
    ['a long number', '7'.repeat(long) + '.5', 'x'],
    ['a factorial', '170!!!', 'x'],
    ['many roots', Array.from({ length: 200 }, (_, i) => `sqrt(${i + 2}x)`).join('*'), 'x'],
    ['a product of many roots', Array.from({ length: 120 }, (_, i) => `(1+sqrt(${i + 2}))`).join('*'), 'x'],
    ['a large root', 'sqrt(1000000000000000000000000000000000000003)', 'x'],
    ['spaces', ' '.repeat(long) + 'x', 'y'],
    ['digits and spaces', '1 '.repeat(long), 'x'],
    ['thousands', '1,000'.repeat(long / 5), 'x'],
    ['fractions', '\\frac12'.repeat(long / 7), 'x'],
    ['minus and spaces', `-${' '.repeat(long)}`.repeat(3), 'x'],
    ['a list', `(${'1,'.repeat(long / 2)}1)`, `(${'1,'.repeat(long / 2)}2)`],
    ['prose', 'The answer is that there are seven red cubes. '.repeat(200), 'seven'],
  ])(
    'does not hang on %s',
    (_, given, truth) => {
      const before = process.cpuUsage();
      gradeAnswer(given, truth);
      gradeAnswer(truth, given);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(2);
    },
    60_000,
  );
});
