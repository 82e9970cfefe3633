import { describe, expect, test } from 'vitest';
import { parseFaults, SUITES, suiteOf } from '../../../engine/tasks/index.ts';
import { FRESH_WARMUP, type FaultLine } from '../../../state/index.ts';
import { linesFrom, readDraft } from './draft.ts';

const nano = suiteOf('scenes-nano');
const line = (change: Partial<FaultLine>): FaultLine => {
  return { side: 'perception', name: 'color', only: null, p: '0.5', ...change };
};
const read = (...lines: FaultLine[]) => readDraft({ ...FRESH_WARMUP, lines }, nano);

test.each(SUITES.map((suite) => [suite.name, suite] as const))(
  'untouched fields are the defaults of %s, as the command line has them',
  (_, suite) => {
    const { choice } = readDraft(FRESH_WARMUP, suite);
    expect(choice).toMatchObject({ steps: 100, batchSize: 64, learningRate: 0.0005 });
    expect(choice?.faults).toEqual(suite.faults);
    expect(parseFaults(choice?.faults, suite)).toEqual(suite.faults);
    expect(readDraft({ ...FRESH_WARMUP, lines: linesFrom(suite.faults) }, suite).choice).toEqual(choice);
  },
);

describe('bad input is said at its field', () => {
  test.each(['1.5', '-0.1', 'often', '', '1e999'])('a probability of “%s”', (p) => {
    const { choice, lines } = read(line({}), line({ p }));
    expect(choice).toBeNull();
    expect(lines[0].p).toBeNull();
    expect(lines[1].p).toContain('give a number from 0 to 1');
  });

  test('an attribute and a slip that the task set has not', () => {
    const { choice, lines } = read(line({ name: 'size' }), line({ side: 'reasoning', name: 'wrong_mark' }));
    expect(choice).toBeNull();
    expect(lines[0].name).toBe('scenes-nano has no attribute “size”; choose one of color, shape.');
    expect(lines[1].name).toContain('has no slip “wrong_mark”');
  });

  test('no values, and values of another task set', () => {
    const { choice, lines } = read(line({ only: [] }), line({ only: ['red', 'purple'] }));
    expect(choice).toBeNull();
    expect(lines.map(({ only }) => only)).toEqual([
      'Choose at least one value, or all.',
      'scenes-nano has no purple here; choose again.',
    ]);
  });

  test('no faults at all', () => {
    expect(read()).toMatchObject({ choice: null, faults: expect.stringContaining('Add one') as string });
    expect(read(line({ p: '0' })).choice?.faults.perception).toEqual([{ attribute: 'color', p: 0 }]);
  });

  test.each([
    ['steps', '0', 'a whole number from 1'],
    ['steps', '2.5', 'a whole number from 1'],
    ['batchSize', '', 'a whole number from 1'],
    ['learningRate', '0', 'a number from'],
  ] as const)('%s of “%s”', (name, text, wanted) => {
    const { choice, numbers } = readDraft({ ...FRESH_WARMUP, [name]: text }, nano);
    expect(choice).toBeNull();
    expect(numbers[name]).toContain(wanted);
  });
});

test('a comma is a decimal point', () => {
  expect(read(line({ p: '0,25' })).choice?.faults.perception[0].p).toBe(0.25);
});
