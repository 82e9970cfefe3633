import { describe, expect, it } from 'vitest';
import { gradeAnswer } from './index.ts';

/** Verdicts of the MathRuler grader run on these pairs (given, truth). */
const EQUAL: readonly (readonly [why: string, ...pairs: (readonly [string, string])[]])[] = [
  [
    'LaTeX fractions and roots',
    ['\\frac12', '1/2'],
    ['\\dfrac{1}{2}', '\\tfrac12'],
    ['\\sqrt2', '\\sqrt{2}'],
  ],
  ['degrees, percent, dollars', ['45^{\\circ}', '45'], ['50\\%', '50'], ['\\$5', '5'], ['45 degrees', '45']],
  ['units', ['12 cm^2', '12'], ['5\\text{ inches}', '5'], ['10 feet', '10'], ['3 miles', '3']],
  ['text', ['\\text{B}', 'B'], ['\\textbf{(B)}', 'B'], ['Red', 'red'], ['RED CUBE', 'redcube']],
  ['short left sides', ['x=5', '5'], ['y = 5', '5'], ['y=2x', '2x']],
  ['mixed numbers', ['2 1/2', '2\\frac{1}{2}'], ['2\\frac12', '2.5'], ['1 1/2', '3/2.0']],
  ['and, or', ['2 and 3', '2,3'], ['3 or 2', '3 and 2']],
  ['large numbers', ['1.5million', '1.5*10^6'], ['1,000,000', '1000000'], ['1e3', '1000'], ['1_000', '1000']],
  ['styled digits', ['\\mathbf{5}', '5']],
  [
    'exact arithmetic',
    ['sqrt(12)/sqrt(3)+x', 'x+2'],
    ['1/(sqrt(2)-1)', '1+sqrt(2)'],
    ['sqrt(-4)', '2*sqrt(-1)'],
  ],
  ['letters', ['(x+1)(x-1)', 'x^2-1'], ['1/2x', 'x/2'], ['xy', 'yx'], ['(x^2-1)/(x-1)', 'x+1'], ['x2', '2x']],
  ['π', ['2\\pi', '2*pi'], ['\\frac{\\pi}{2}', '0.5\\pi']],
  [
    'identities without exact form',
    ['sqrt(4x)', '2sqrt(x)'],
    ['ln(4)', '2ln(2)'],
    ['sqrt(3+2sqrt(2))', '1+sqrt(2)'],
  ],
  [
    'lists',
    ['(0.5, x)', '(1/2,1x)'],
    ['[1,2)', '[1, 2)'],
    ['\\left(1,2\\right)', '(1,2)'],
    ['\\{1,2\\}', '1,2'],
  ],
];

const UNEQUAL: typeof EQUAL = [
  ['plain fractions must match', ['2/4', '1/2'], ['10/4', '5/2'], ['-4/6', '-2/3']],
  [
    'one integer only',
    ['2(3)', '6'],
    ['100/2', '50'],
    ['2 million', '2000000'],
    ['sqrt(4)', '2'],
    ['5!', '120'],
  ],
  ['more than two letters', ['(red)', 'red'], ['x+y+z', 'z+y+x'], ['(cat)', 'cat']],
  ['exponents', ['2^{10}x', '1024x'], ['x^2^1', 'x^2'], ['2^(x)', '2^x']],
  ['no brackets are added to fractions', ['\\frac{x+1}{2}', '(x+1)/2']],
  ['brackets', ['(1,2)', '[1,2]'], ['(1,2]', '(1,2)'], ['(1,2,3)', '(1,2)'], ['[[x]]', 'x']],
  ['order', ['3,2', '2,3'], ['(2,1)', '(1,2)']],
  ['doubles', ['0.1x+0.2x', '0.3x'], ['0.333333333333333', '1/3'], ['1.41421356237', 'sqrt(2)']],
  ['roots over the complex numbers', ['sqrt(x^2)', 'x'], ['sqrt(x)sqrt(y)', 'sqrt(xy)']],
  ['division by zero', ['1/0', '2/0+x'], ['x/(x-x)', '1/0']],
  ['words that are no symbols', ['(is)', 'is'], ['oo', '(oo)'], ['i^2', '-1']],
  [
    'other writing',
    ['yes.', 'yes'],
    ['1:2', '1/2'],
    ['5:00', '5'],
    ['½', '0.5'],
    ['x²', 'x^2'],
    ['−5', '-5'],
  ],
  ['empty', ['', '7'], ['  ', '7'], ['$', '7']],
  [
    'malformed',
    ['(x', 'x'],
    ['x*', 'x'],
    ['\\sqrt', '2'],
    ['\\frac', '1'],
    ['3x-', '3x'],
    ['sqrt', '(sqrt)'],
  ],
];

describe.each([
  { correct: true, groups: EQUAL },
  { correct: false, groups: UNEQUAL },
])('graded $correct', ({ correct, groups }) => {
  it.each(groups.flatMap(([why, ...pairs]) => pairs.map(([given, truth]) => ({ why, given, truth }))))(
    '$why: "$given" against "$truth"',
    ({ given, truth }) => {
      expect(gradeAnswer(given, truth).correct).toBe(correct);
    },
  );
});

describe('rule', () => {
  it.each([
    ['7', '7', 'MATH normalisation'],
    ['12 cm', '12', 'second normalisation'],
    ['', '7', 'empty'],
    ['2/4', '1/2', 'match literally'],
    ['7.5x', '7', 'exactly one'],
    ['(1,2)', '[1,2]', 'brackets'],
    ['(1,2)', '(1,2,3)', 'a list of 2 against a list of 3'],
    ['(1,3)', '(1,2)', 'element 2'],
    ['seven', 'eight', 'more than two letters'],
    ['7.5', '15/2', 'equal as expressions'],
    ['sqrt(4x)', '2sqrt(x)', 'six points'],
  ])('of "%s" against "%s" speaks of %s', (given, truth, word) => {
    expect(gradeAnswer(given, truth).rule).toContain(word);
  });
});

describe('Python’s text rules', () => {
  it('strips what Python strips', () => {
    expect(gradeAnswer('red\x1f', 'red').correct).toBe(true);
    expect(gradeAnswer('\x85red', 'red').correct).toBe(true);
    expect(gradeAnswer('\ufeffred', 'red').correct).toBe(false);
  });

  it('truncates what is within 1e-7 of an integer, as the published grader does', () => {
    expect(gradeAnswer('6.99999999', '7').correct).toBe(true);
    expect(gradeAnswer('6.9999', '7').correct).toBe(false);
  });
});
