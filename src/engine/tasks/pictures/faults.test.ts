import { describe, expect, it } from 'vitest';
import type { DescribedObject, Sample, TeacherFaults } from '../types.ts';
import { emojiNamed, lookAlike } from './emoji.ts';
import { SLIP_KINDS } from './faults.ts';
import type { Slip } from './faults.ts';
import { PICTURES } from './index.ts';

const set = PICTURES.create('mixed');
const samples = Array.from({ length: 800 }, (_, i) => set.sample('train', i));
const ORDINAL = /^(first|second|third|fourth|fifth)$/;
const ALL_NAMES: TeacherFaults = { perception: [{ attribute: 'name', p: 1 }], reasoning: [] };

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

function asked(slip: Slip, sample: Sample): boolean {
  return SLIP_KINDS[slip].some((kind) => kind === sample.kind);
}

const slip = (name: Slip): TeacherFaults => ({ perception: [], reasoning: [{ slip: name, p: 1 }] });

describe('perception faults', () => {
  it('take the named emoji for their look-alikes, category and all, and no others', () => {
    const faults: TeacherFaults = {
      perception: [{ attribute: 'name', values: ['cookie', 'dog'], p: 1 }],
      reasoning: [],
    };
    let struck = 0;
    for (const sample of samples) {
      const expected = sample.truth?.objects.map(({ attributes }) => {
        const hit = ['cookie', 'dog'].includes(attributes['name']);
        if (hit) struck++;
        return hit ? lookAlike(emojiNamed(attributes['name'])) : attributes;
      });
      expect(seen(work(sample, faults))).toEqual(expected);
    }
    expect(struck).toBeGreaterThan(30);
  });

  it('can misread the category alone', () => {
    const faults: TeacherFaults = { perception: [{ attribute: 'category', p: 1 }], reasoning: [] };
    for (const sample of samples.slice(0, 200)) {
      seen(work(sample, faults)).forEach((entry, i) => {
        const truth = sample.truth?.objects[i].attributes;
        expect(entry?.['name']).toBe(truth?.['name']);
        expect(entry?.['category']).not.toBe(truth?.['category']);
      });
    }
  });

  it('feed the steps: every search fits the picture as misread', () => {
    let checked = 0;
    for (const sample of samples) {
      const response = work(sample, ALL_NAMES, 3);
      const emoji = seen(response);
      for (const [, value, verdicts, total] of response.matchAll(/find (\w+): ([\w ]+) = (\d)/g)) {
        const hits = emoji.map((one) => Object.values(one ?? {}).includes(value));
        const looks = [...verdicts.matchAll(/\d ([a-z ]+)/g)].map((look) => look[1].trim().split(' '));
        expect(looks.map((look) => ORDINAL.test(look.at(-1) ?? ''))).toEqual(hits);
        looks.forEach(([copied], i) => expect(Object.values(emoji[i] ?? {})).toContain(copied));
        expect(Number(total)).toBe(hits.filter(Boolean).length);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(700);
  });
});

describe('reasoning faults', () => {
  it('off_by_one: the last sum and the answer are one too high, all before it is as it was', () => {
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('off_by_one'))];
      if (!asked('off_by_one', sample)) {
        expect(faulty).toBe(clean);
        continue;
      }
      expect(answer(faulty)).toBe(String(Number(sample.answer) + 1));
      expect(steps(faulty).slice(0, -1)).toEqual(steps(clean).slice(0, -1));
      expect(steps(faulty).at(-1)).toMatch(new RegExp(`\\b${answer(faulty)}$`));
    }
  });

  it('flip: yes for no, on the kinds that ask it', () => {
    for (const sample of samples) {
      const flipped = { yes: 'no', no: 'yes' }[sample.answer];
      expect(answer(work(sample, slip('flip')))).toBe(asked('flip', sample) ? flipped : sample.answer);
    }
  });

  it('wrong_side: left for right in every step after the search', () => {
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('wrong_side'))];
      if (!asked('wrong_side', sample)) {
        expect(faulty).toBe(clean);
        continue;
      }
      const side = (response: string): string | undefined => /(left|right) of/.exec(response)?.[1];
      expect([side(clean), side(faulty)].sort()).toEqual(['left', 'right']);
      if (sample.kind === 'side') expect(answer(faulty)).not.toBe(sample.answer);
      if (sample.kind === 'position') {
        const total = (sample.truth?.objects.length ?? 0) - 1;
        expect(Number(answer(faulty))).toBe(total - Number(sample.answer));
      }
    }
  });

  it('miss_match: one search finds one fewer where any finds one, and the rest follows from it', () => {
    const total = (response: string): number =>
      [...response.matchAll(/find \w+: [\w ]+ = (\d)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('miss_match'))];
      const applies = asked('miss_match', sample);
      expect(total(faulty), faulty).toBe(Math.max(0, total(clean) - (applies ? 1 : 0)));
      if (sample.kind === 'count') expect(answer(faulty)).toBe(String(total(faulty)));
    }
  });

  it('wrong_operation: keeps the searches, and never goes below zero', () => {
    let changed = 0;
    for (const sample of samples) {
      const [clean, faulty] = [work(sample, null), work(sample, slip('wrong_operation'))];
      const searches = (response: string): string[] =>
        steps(response).filter((step) => step.startsWith('find'));
      expect(searches(faulty)).toEqual(searches(clean));
      expect(answer(faulty)).not.toContain('-');
      if (!asked('wrong_operation', sample)) expect(faulty).toBe(clean);
      if (faulty !== clean) changed++;
    }
    expect(changed).toBeGreaterThan(120);
  });
});
