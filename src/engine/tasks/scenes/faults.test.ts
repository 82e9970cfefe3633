import { describe, expect, it } from 'vitest';
import type { DescribedObject, Sample, TeacherFaults } from '../types.ts';
import { DEFAULT_FAULTS, SEVERE_FAULTS, SLIP_KINDS } from './faults.ts';
import { createScenes } from './taskSet.ts';

const set = createScenes('scenes');
const samples = Array.from({ length: 800 }, (_, i) => set.sample('train', i));
const ORDINAL = /^(first|second|third|fourth|fifth|sixth)$/;
const NONE: TeacherFaults = { perception: [], reasoning: [] };

function work(sample: Sample, faults: TeacherFaults | null, ...keys: number[]): string {
  return set.workedResponse?.(sample, faults, ...keys) ?? '';
}

function seen(response: string): DescribedObject[] {
  const end = response.indexOf('\n');
  return set.parseDescription?.(response.slice('### Image Description:'.length, end)) ?? [];
}

function answer(response: string): string {
  return response.slice(response.lastIndexOf(': ') + 2);
}

/** Steps of a response, without their headings. */
function steps(response: string): string[] {
  return [...response.matchAll(/### Step \d: (.*)/g)].map((match) => match[1]);
}

describe('perception faults', () => {
  const purple: TeacherFaults = {
    perception: [{ attribute: 'color', values: ['purple'], p: 1 }],
    reasoning: [],
  };

  it('misread the named values, and nothing else', () => {
    for (const sample of samples) {
      const expected = sample.truth?.objects.map(({ attributes }) => ({
        ...attributes,
        color: attributes['color'] === 'purple' ? 'blue' : attributes['color'],
      }));
      expect(seen(work(sample, purple))).toEqual(expected);
    }
  });

  it('feed the steps: every search fits the scene as misread', () => {
    let checked = 0;
    for (const sample of samples) {
      const response = work(sample, SEVERE_FAULTS, 3);
      const objects = seen(response);
      for (const [, filter, verdicts, total] of response.matchAll(/find ([a-z ]+): ([\w ]+) = (\d)/g)) {
        const words = filter.split(' ').filter((word) => word !== 'object');
        const hits = objects.map((object) =>
          words.every((word) => Object.values(object ?? {}).includes(word)),
        );
        const looks = [...verdicts.matchAll(/(\d) ([a-z ]+)/g)].map((look) => look[2].trim().split(' '));
        expect(looks.map((look) => ORDINAL.test(look.at(-1) ?? ''))).toEqual(hits);
        looks.forEach((look, i) => {
          const copied = look.filter((word) => !ORDINAL.test(word));
          expect(copied.length).toBe(words.length);
          expect(Object.values(objects[i] ?? {})).toEqual(expect.arrayContaining(copied));
        });
        expect(Number(total)).toBe(hits.filter(Boolean).length);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(800);
  });

  it('swap every colour and shape at p = 1', () => {
    const all: TeacherFaults = {
      perception: SEVERE_FAULTS.perception.map((fault) => ({ ...fault, p: 1 })),
      reasoning: [],
    };
    for (const sample of samples.slice(0, 300)) {
      seen(work(sample, all)).forEach((object, i) => {
        const truth = sample.truth?.objects[i].attributes;
        expect(object?.['color']).not.toBe(truth?.['color']);
        expect(object?.['shape']).not.toBe(truth?.['shape']);
        expect([object?.['size'], object?.['material']]).toEqual([truth?.['size'], truth?.['material']]);
      });
    }
  });

  it('strike each object about as often as p says', () => {
    const hit = { struck: 0, of: 0 };
    for (const sample of samples) {
      const objects = seen(work(sample, DEFAULT_FAULTS, 5));
      sample.truth?.objects.forEach(({ attributes }, i) => {
        if (!['purple', 'cyan', 'yellow'].includes(attributes['color'])) return;
        hit.of++;
        if (objects[i]?.['color'] !== attributes['color']) hit.struck++;
      });
    }
    expect(hit.struck / hit.of).toBeGreaterThan(0.57);
    expect(hit.struck / hit.of).toBeLessThan(0.63);
  });
});

describe('reasoning faults', () => {
  const slip = (name: string): TeacherFaults => ({ perception: [], reasoning: [{ slip: name, p: 1 }] });

  it('off_by_one: the last sum and the answer are one too high, all before it is as it was', () => {
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('off_by_one'))];
      if (!SLIP_KINDS.off_by_one.some((kind) => kind === sample.kind)) {
        expect(faulty).toBe(clean);
        continue;
      }
      expect(answer(faulty)).toBe(String(Number(sample.answer) + 1));
      expect(steps(faulty).slice(0, -1)).toEqual(steps(clean).slice(0, -1));
      expect(steps(faulty).at(-1)).toMatch(new RegExp(`\\b${answer(faulty)}$`));
      expect(seen(faulty)).toEqual(seen(clean));
    }
  });

  it('flip: yes for no, on the kinds that ask it', () => {
    for (const sample of samples) {
      const faulty = answer(work(sample, slip('flip')));
      const isYesNo = SLIP_KINDS.flip.some((kind) => kind === sample.kind);
      expect(faulty).toBe(isYesNo ? { yes: 'no', no: 'yes' }[sample.answer] : sample.answer);
    }
  });

  it('miss_match: one search finds one object fewer, and the rest follows from it', () => {
    const total = (response: string): number =>
      [...response.matchAll(/find [a-z ]+: [\w ]+ = (\d)/g)].reduce(
        (sum, match) => sum + Number(match[1]),
        0,
      );
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('miss_match'))];
      const applies = SLIP_KINDS.miss_match.some((kind) => kind === sample.kind);
      expect(total(faulty), faulty).toBe(Math.max(0, total(clean) - (applies ? 1 : 0)));
      if (sample.kind === 'count') expect(answer(faulty)).toBe(String(total(faulty)));
    }
  });

  it('wrong_operation: changes the last step only, and never goes below zero', () => {
    let changed = 0;
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('wrong_operation'))];
      const searches = (response: string): string[] =>
        steps(response).filter((step) => step.startsWith('find'));
      expect(searches(faulty)).toEqual(searches(clean));
      expect(answer(faulty)).not.toContain('-');
      if (faulty !== clean) changed++;
      if (!SLIP_KINDS.wrong_operation.some((kind) => kind === sample.kind)) expect(faulty).toBe(clean);
    }
    expect(changed).toBeGreaterThan(250);
  });

  it('stay on the kinds they are given', () => {
    const faults: TeacherFaults = {
      perception: [],
      reasoning: [{ slip: 'off_by_one', kinds: ['add'], p: 1 }],
    };
    for (const sample of samples) {
      expect(answer(work(sample, faults)) === sample.answer).toBe(sample.kind !== 'add');
    }
  });
});

it('draws depend on the keys and the qid alone', () => {
  const sample = samples[3];
  const twin = createScenes('scenes').find(sample.qid);
  expect(twin && work(twin, SEVERE_FAULTS, 1, 2)).toBe(work(sample, SEVERE_FAULTS, 1, 2));
  const drawn = new Set(Array.from({ length: 40 }, (_, key) => work(sample, DEFAULT_FAULTS, key)));
  expect(drawn.size).toBeGreaterThan(1);
  expect(work(sample, NONE, 9)).toBe(work(sample, null));
});
