import { expect, it } from 'vitest';
import { TASK_SET_NAMES, taskSetByName, wordClasses } from './index.ts';

it('gives every built-in set by its name', () => {
  for (const name of TASK_SET_NAMES) expect(taskSetByName(name).name).toBe(name);
  expect(wordClasses('scenes-nano')).toEqual([
    ['red', 'green', 'blue'],
    ['cube', 'sphere'],
  ]);
});

it('lists the names when there is none', () => {
  expect(() => taskSetByName('clevr')).toThrow('tasks: got "clevr"; give one of scenes, scenes-nano');
});
