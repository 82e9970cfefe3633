import { describe, expect, it } from 'vitest';
import type { DescribedObject, Sample, TeacherFaults } from '../types.ts';
import { DEFAULT_FAULTS, SLIP_KINDS } from './faults.ts';
import { ATTRIBUTE_VALUES, UNKNOWN } from './grammar.ts';
import { createGeometry } from './taskSet.ts';

const set = createGeometry('mixed');
const samples = Array.from({ length: 800 }, (_, i) => set.sample('train', i));

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

function misreads(attribute: string, p: number, values?: readonly string[]): TeacherFaults {
  return { perception: [{ attribute, p, ...(values ? { values } : {}) }], reasoning: [] };
}

describe('perception faults', () => {
  it('misread the named values, and nothing else', () => {
    let struck = 0;
    for (const sample of samples) {
      const expected = sample.truth?.objects.map(({ attributes }) => ({
        ...attributes,
        value: attributes['value'] === '4' ? '9' : attributes['value'],
      }));
      expect(seen(work(sample, misreads('value', 1, ['4'])))).toEqual(expected);
      struck += sample.truth?.objects.filter(({ attributes }) => attributes['value'] === '4').length ?? 0;
    }
    expect(struck).toBeGreaterThan(50);
  });

  it('take every number for another of its sort, and leave the question mark', () => {
    for (const sample of samples) {
      seen(work(sample, misreads('value', 1))).forEach((part, i) => {
        const truth = sample.truth?.objects[i].attributes ?? {};
        if (truth['value'] === UNKNOWN) return expect(part).toEqual(truth);
        expect(part?.['value']).not.toBe(truth['value']);
        expect(ATTRIBUTE_VALUES.value).toContain(part?.['value']);
        // A length stays one of the suite's, an angle stays a multiple of ten.
        if (truth['part'] === 'angle') expect(Number(part?.['value']) % 10).toBe(0);
        else expect(Number(part?.['value'])).toBeLessThan(20);
      });
    }
  });

  it('feed the steps: each copies and calculates what was misread', () => {
    let followed = 0;
    for (const sample of samples) {
      const response = work(sample, misreads('value', 0.7), 3);
      const parts = seen(response);
      const description = response.slice(0, response.indexOf('\n'));
      for (const step of steps(response)) {
        for (const [copy] of step.matchAll(/(left|middle|right|top|bottom|whole) \d+/g)) {
          expect(description, response).toContain(copy);
        }
        for (const [, a, sign, b, result] of step.matchAll(/(\d+) ([-+x]) (\d+) = (\d+)/g)) {
          const [x, y] = [Number(a), Number(b)];
          expect(sign === 'x' ? x * y : sign === '+' ? x + y : x - y, response).toBe(Number(result));
        }
      }
      const changed = parts.some(
        (part, i) => part?.['value'] !== sample.truth?.objects[i].attributes['value'],
      );
      if (changed && answer(response) !== sample.answer) followed++;
      if (!changed) expect(response).toBe(work(sample, null));
    }
    expect(followed).toBeGreaterThan(400);
  });

  it('see a figure mirrored as a whole, or as it is', () => {
    const mirror = { left: 'right', right: 'left', top: 'bottom', bottom: 'top' };
    const flipped = (place: string): string => mirror[place as keyof typeof mirror] ?? place;
    let mirrored = 0;
    for (const sample of samples) {
      const places = sample.truth?.objects.map(({ attributes }) => attributes['place']) ?? [];
      const found = seen(work(sample, misreads('place', 0.5), 2)).map((part) => part?.['place'] ?? '');
      if (found.join() === places.join()) continue;
      expect(found).toEqual(places.map(flipped));
      mirrored++;
    }
    expect(mirrored / samples.length).toBeGreaterThan(0.45);
    expect(mirrored / samples.length).toBeLessThan(0.55);
  });

  it('strike each value about as often as p says', () => {
    const hit = { struck: 0, of: 0 };
    const [{ values, p }] = DEFAULT_FAULTS.perception;
    for (const sample of samples) {
      const parts = seen(work(sample, DEFAULT_FAULTS, 5));
      sample.truth?.objects.forEach(({ attributes }, i) => {
        if (!values?.includes(attributes['value'])) return;
        hit.of++;
        if (parts[i]?.['value'] !== attributes['value']) hit.struck++;
      });
    }
    expect(hit.of).toBeGreaterThan(200);
    expect(Math.abs(hit.struck / hit.of - p)).toBeLessThan(0.07);
  });
});

describe('reasoning faults', () => {
  const slip = (name: string): TeacherFaults => ({ perception: [], reasoning: [{ slip: name, p: 1 }] });

  it.each([
    ['off_by_one', 1],
    ['off_by_ten', 10],
  ] as const)('%s: the last calculation and the answer come out %d too high', (name, extra) => {
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip(name))];
      if (!SLIP_KINDS[name].some((kind) => kind === sample.kind)) {
        expect(faulty).toBe(clean);
        continue;
      }
      expect(answer(faulty)).toBe(String(Number(sample.answer) + extra));
      expect(steps(faulty).slice(0, -1)).toEqual(steps(clean).slice(0, -1));
      expect(steps(faulty).at(-1)).toMatch(new RegExp(` = ${answer(faulty)}$`));
      expect(seen(faulty)).toEqual(seen(clean));
    }
  });

  it('wrong_operation: takes the other sign, measure or side, and never goes below zero', () => {
    const changed = new Map<string, number>();
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('wrong_operation'))];
      expect(seen(faulty)).toEqual(seen(clean));
      expect(answer(faulty)).not.toContain('-');
      if (sample.kind === 'read') expect(faulty).toBe(clean);
      if (sample.kind === 'compare') expect(answer(faulty)).not.toBe(sample.answer);
      if (sample.kind === 'supplement') expect(Number(answer(faulty))).toBe(360 - Number(sample.answer));
      if (answer(faulty) !== sample.answer) changed.set(sample.kind, (changed.get(sample.kind) ?? 0) + 1);
    }
    expect([...changed.keys()].sort()).toEqual([...SLIP_KINDS.wrong_operation].sort());
  });

  it('stay on the kinds they are given', () => {
    const faults: TeacherFaults = {
      perception: [],
      reasoning: [{ slip: 'off_by_one', kinds: ['missing'], p: 1 }],
    };
    for (const sample of samples) {
      expect(answer(work(sample, faults)) === sample.answer).toBe(sample.kind !== 'missing');
    }
  });
});

it('draws depend on the keys and the qid alone', () => {
  const twins = createGeometry('mixed');
  for (const sample of samples.slice(0, 20)) {
    const twin = twins.find(sample.qid);
    expect(twin && work(twin, DEFAULT_FAULTS, 1, 2)).toBe(work(sample, DEFAULT_FAULTS, 1, 2));
  }
  const responses = (key: number): string =>
    samples.map((sample) => work(sample, DEFAULT_FAULTS, key)).join();
  expect(responses(1)).not.toBe(responses(2));
  expect(work(samples[3], { perception: [], reasoning: [] }, 9)).toBe(work(samples[3], null));
});
