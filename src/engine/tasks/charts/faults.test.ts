import { describe, expect, it } from 'vitest';
import type { DescribedObject, Sample, TeacherFaults } from '../types.ts';
import { DEFAULT_FAULTS, MISREAD, SLIP_KINDS } from './faults.ts';
import type { Slip } from './faults.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import { createCharts } from './taskSet.ts';

const set = createCharts('mixed');
const samples = Array.from({ length: 800 }, (_, i) => set.sample('train', i));

function work(sample: Sample, faults: TeacherFaults | null, ...keys: number[]): string {
  return set.workedResponse?.(sample, faults, ...keys) ?? '';
}

function seen(response: string): DescribedObject[] {
  const end = response.indexOf('\n');
  return set.parseDescription?.(response.slice('### Image Description:'.length, end)) ?? [];
}

function truthOf(sample: Sample): DescribedObject[] {
  return (sample.truth?.objects ?? []).map(({ attributes }) => attributes);
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
      const truth = truthOf(sample);
      const expected = truth.map((mark) => ({
        ...mark,
        value: mark?.['value'] === '4' ? '9' : mark?.['value'],
      }));
      expect(seen(work(sample, misreads('value', 1, ['4'])))).toEqual(expected);
      struck += truth.filter((mark) => mark?.['value'] === '4').length;
    }
    expect(struck).toBeGreaterThan(80);
  });

  it.each(Object.entries(ATTRIBUTE_VALUES))(
    'take every %s for another of the suite’s',
    (attribute, values) => {
      for (const sample of samples) {
        const truth = truthOf(sample);
        seen(work(sample, misreads(attribute, 1))).forEach((mark, i) => {
          expect(mark?.[attribute]).not.toBe(truth[i]?.[attribute]);
          expect(values).toContain(mark?.[attribute]);
          expect({ ...mark, [attribute]: '' }).toEqual({ ...truth[i], [attribute]: '' });
        });
      }
    },
  );

  it('take digits for digits that look alike, never a number of one digit for one of two', () => {
    for (const [value, twin] of Object.entries(MISREAD.value)) {
      expect(twin.length).toBe(value.length);
      expect([...twin].filter((digit, i) => digit !== value[i]).length).toBe(1);
    }
  });

  it('feed the steps: each copies, compares and calculates what was misread', () => {
    let followed = 0;
    for (const sample of samples) {
      const response = work(sample, misreads('value', 0.7), 3);
      const description = response.slice(0, response.indexOf('\n'));
      for (const step of steps(response)) {
        for (const [copy] of step.matchAll(/\b[A-H] \d+/g)) expect(description, response).toContain(copy);
        for (const [, a, sign, b, result] of step.matchAll(/(\d+) ([-+]) (\d+) = (\d+)/g)) {
          expect(sign === '+' ? Number(a) + Number(b) : Number(a) - Number(b)).toBe(Number(result));
        }
        for (const [, a, word, b] of step.matchAll(/(\d+) (larger|smaller|same) (?:than|as) (\d+)/g)) {
          const signs: Readonly<Record<string, number>> = { larger: 1, smaller: -1, same: 0 };
          expect(signs[word], response).toBe(Math.sign(Number(a) - Number(b)));
        }
      }
      const changed = JSON.stringify(seen(response)) !== JSON.stringify(truthOf(sample));
      if (changed && answer(response) !== sample.answer) followed++;
      if (!changed) expect(response).toBe(work(sample, null));
    }
    expect(followed).toBeGreaterThan(300);
  });

  it('lead the search for a colour or a letter that is not seen to its twin', () => {
    const lost = { color: 0, label: 0 };
    for (const sample of samples) {
      const color = work(sample, misreads('color', 1));
      const asked = /the (red|yellow|green|cyan|blue|purple) /.exec(sample.problem)?.[1];
      if (sample.kind === 'find' && asked !== undefined && !color.split('\n')[0].includes(asked)) {
        const twin = MISREAD.color[asked];
        const first = seen(color).find((mark) => mark?.['color'] === twin);
        expect(answer(color)).toBe(first?.['value']);
        lost.color++;
      }
      if (sample.kind !== 'read') continue;
      const label = work(sample, misreads('label', 1));
      const taken = /([A-H])\?/.exec(sample.problem)?.[1] ?? '';
      if (seen(label).some((mark) => mark?.['label'] === taken)) continue;
      expect(steps(label)).toEqual([`${MISREAD.label[taken]} ${sample.answer}`]);
      lost.label++;
    }
    expect(Math.min(lost.color, lost.label)).toBeGreaterThan(30);
  });

  it('take a chart of bars for dots as a whole, or not at all', () => {
    let struck = 0;
    for (const sample of samples) {
      const marks = new Set(seen(work(sample, misreads('mark', 0.5), 2)).map((mark) => mark?.['mark']));
      expect(marks.size).toBe(1);
      if (!marks.has(truthOf(sample)[0]?.['mark'])) struck++;
    }
    expect(struck / samples.length).toBeGreaterThan(0.45);
    expect(struck / samples.length).toBeLessThan(0.55);
  });

  it('strike each value and colour about as often as p says', () => {
    for (const { attribute, values, p } of DEFAULT_FAULTS.perception) {
      const hit = { struck: 0, of: 0 };
      for (const sample of samples) {
        const marks = seen(work(sample, DEFAULT_FAULTS, 5));
        truthOf(sample).forEach((mark, i) => {
          if (!values?.includes(mark?.[attribute] ?? '')) return;
          hit.of++;
          if (marks[i]?.[attribute] !== mark?.[attribute]) hit.struck++;
        });
      }
      expect(hit.struck / hit.of).toBeGreaterThan(p - 0.06);
      expect(hit.struck / hit.of).toBeLessThan(p + 0.06);
    }
  });
});

describe('reasoning faults', () => {
  const slip = (name: Slip): TeacherFaults => ({ perception: [], reasoning: [{ slip: name, p: 1 }] });

  it.each(Object.keys(SLIP_KINDS) as Slip[])(
    '%s: made on its kinds only, and never in what is seen',
    (name) => {
      const wrong = new Map<string, number>();
      for (const sample of samples) {
        const [clean, faulty] = [work(sample, null), work(sample, slip(name))];
        expect(seen(faulty)).toEqual(seen(clean));
        expect(answer(faulty)).not.toContain('-');
        if (!SLIP_KINDS[name].some((kind) => kind === sample.kind)) expect(faulty).toBe(clean);
        if (answer(faulty) !== sample.answer) wrong.set(sample.kind, (wrong.get(sample.kind) ?? 0) + 1);
      }
      expect([...wrong.keys()].sort()).toEqual([...SLIP_KINDS[name]].sort());
    },
  );

  it('off_by_one: the last calculation and the answer come out one too high', () => {
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('off_by_one'))];
      if (faulty === clean) continue;
      expect(answer(faulty)).toBe(String(Number(sample.answer) + 1));
      expect(steps(faulty).slice(0, -1)).toEqual(steps(clean).slice(0, -1));
      expect(steps(faulty).at(-1)).toMatch(new RegExp(` = ${answer(faulty)}$`));
    }
  });

  it('wrong_operation: takes the other sign in the last step, and larger for smaller', () => {
    for (const sample of samples) {
      const faulty = work(sample, slip('wrong_operation'));
      if (sample.kind === 'compare' || sample.kind === 'extreme') {
        expect(answer(faulty)).not.toBe(sample.answer);
      }
      if (sample.kind === 'difference') expect(steps(faulty).at(-1)).toContain(' + ');
      const last = steps(faulty).at(-1) ?? '';
      for (const [, a, sign, b, result] of last.matchAll(/(\d+) ([-+]) (\d+) = (\d+)/g)) {
        expect(sign === '+' ? Number(a) + Number(b) : Number(a) - Number(b)).toBe(Number(result));
      }
    }
  });

  it('wrong_mark: copies the value of a mark beside the one asked for', () => {
    for (const sample of samples) {
      if (sample.kind !== 'read' && sample.kind !== 'find') continue;
      const marks = truthOf(sample);
      const [label, value] = (steps(work(sample, slip('wrong_mark'))).at(-1) ?? '').split(' ');
      const at = marks.findIndex((mark) => mark?.['label'] === label);
      expect(marks[at]?.['value']).toBe(sample.answer);
      expect(value).toBe((marks[at + 1] ?? marks[at - 1])?.['value']);
    }
  });

  it('flip: turns every trend round', () => {
    const turned: Readonly<Record<string, string>> = { up: 'down', down: 'up', flat: 'up' };
    for (const sample of samples) {
      if (sample.kind !== 'trend') continue;
      expect(answer(work(sample, slip('flip')))).toBe(turned[sample.answer]);
    }
  });

  it('stay on the kinds they are given', () => {
    const faults: TeacherFaults = {
      perception: [],
      reasoning: [{ slip: 'off_by_one', kinds: ['total'], p: 1 }],
    };
    for (const sample of samples) {
      expect(answer(work(sample, faults)) === sample.answer).toBe(sample.kind !== 'total');
    }
  });
});

it('draws depend on the keys and the qid alone', () => {
  const twins = createCharts('mixed');
  for (const sample of samples.slice(0, 20)) {
    const twin = twins.find(sample.qid);
    expect(twin && work(twin, DEFAULT_FAULTS, 1, 2)).toBe(work(sample, DEFAULT_FAULTS, 1, 2));
  }
  const responses = (key: number): string =>
    samples.map((sample) => work(sample, DEFAULT_FAULTS, key)).join();
  expect(responses(1)).not.toBe(responses(2));
  expect(work(samples[3], { perception: [], reasoning: [] }, 9)).toBe(work(samples[3], null));
});
