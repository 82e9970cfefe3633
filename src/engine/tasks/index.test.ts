import { expect, it } from 'vitest';
import { SUITES, TASK_SET_NAMES, suiteOf, taskSetByName } from './index.ts';

it('gives every built-in set by its name', () => {
  for (const name of TASK_SET_NAMES) {
    const set = taskSetByName(name);
    expect(set.name).toBe(name);
    const sample = set.sample('heldout', 3);
    expect(sample.qid).toBe(`${name}-heldout-000003`);
    expect(set.find(sample.qid)).toEqual({ ...sample, images: expect.any(Array) as unknown });
    expect(suiteOf(name).kinds).toContain(sample.kind);
  }
});

it('has the suites in every difficulty that they offer', () => {
  expect(TASK_SET_NAMES).toEqual(
    expect.arrayContaining(['scenes', 'scenes-easy', 'scenes-hard', 'scenes-nano']),
  );
  expect(new Set(TASK_SET_NAMES).size).toBe(TASK_SET_NAMES.length);
  expect(SUITES.every(({ difficulties }) => difficulties.includes('mixed'))).toBe(true);
});

it('makes harder sets of more objects and longer work', () => {
  const objects = (name: string): number => {
    const set = taskSetByName(name);
    const counts = Array.from({ length: 100 }, (_, i) => set.sample('train', i).truth!.objects.length);
    return counts.reduce((a, b) => a + b, 0) / counts.length;
  };
  for (const { name, difficulties } of SUITES) {
    if (!difficulties.includes('hard')) continue;
    expect(objects(`${name}-easy`)).toBeLessThan(objects(`${name}-hard`));
  }
});

it('keeps the held-out samples of one difficulty out of the train part of another', () => {
  const says = (name: string, part: 'train' | 'heldout', index: number): string => {
    const set = taskSetByName(name);
    const { problem, truth } = set.sample(part, index);
    return `${problem} ${JSON.stringify(truth?.objects.map(({ attributes }) => attributes))}`;
  };
  const heldOut = new Set(Array.from({ length: 2000 }, (_, i) => says('scenes-easy', 'heldout', i)));
  const shared = Array.from({ length: 2000 }, (_, i) => says('scenes', 'train', i)).filter((text) =>
    heldOut.has(text),
  );
  expect(shared).toEqual([]);
});

it('lists the names when there is none', () => {
  expect(() => taskSetByName('clevr')).toThrow('tasks: got "clevr"; give one of scenes, scenes-easy');
});
