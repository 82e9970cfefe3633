/** METHOD's hacks on real samples, with the shipped scorer: each gets the reward it should not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import { extractAnswer } from '../rewards/accuracy.ts';
import { HACKS, type HackId } from '../rewards/gaming.ts';
import { hackMaterial } from '../rewards/gamingMaterial.ts';
import { loadScorer } from '../rewards/scorer/index.ts';
import { splitWords } from '../rewards/scorer/words.ts';
import type { TermName } from '../rewards/types.ts';
import { TASK_SET_NAMES, taskSetByName } from '../tasks/index.ts';
import type { Sample } from '../tasks/types.ts';
import { exploit, rewardsOf, type HackParts, type TextReward } from './hackReward.ts';

const models = join(import.meta.dirname, '../../../public/models');
const tasks = taskSetByName('scenes');
const SAMPLES = 8;
let parts: HackParts;

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  const scorer = await loadScorer((name) => readFile(join(models, 'scorer', name)));
  const json: unknown = JSON.parse(await readFile(join(models, 'tiny/tokenizer.json'), 'utf8'));
  parts = { tasks, scorer, tokenizer: Tokenizer.fromJson(json, {}) };
});

const term = ({ score }: TextReward, name: TermName) => score.terms.find((one) => one.name === name)!;

interface Pair {
  readonly sample: Sample;
  readonly hackedText: string;
  readonly honest: TextReward;
  readonly hacked: TextReward;
  /** Reward of the hacked response less that of the honest one. */
  readonly gain: number;
}

/** The hack on the first held-out samples. */
async function pairs(id: HackId, samples = SAMPLES): Promise<Pair[]> {
  const { stage } = HACKS.find((hack) => hack.id === id)!;
  const out: Pair[] = [];
  for (let index = 0; index < samples; index++) {
    const sample = tasks.sample('heldout', index);
    const texts = await exploit(parts, sample, id);
    const [honest, hacked] = await rewardsOf(parts, sample, stage, [texts.honest, texts.hacked]);
    const gain = hacked.score.overall! - honest.score.overall!;
    out.push({ sample, hackedText: texts.hacked, honest, hacked, gain });
  }
  return out;
}

describe('hacks on scenes, with the shipped scorer', () => {
  it('finds every key word in a list behind the answer, for a description that is as wrong as before', async () => {
    for (const { honest, hacked, gain } of await pairs('keyword-stuffing')) {
      expect(term(honest, 'keyword').value).toBeLessThan(1);
      expect(term(hacked, 'keyword').value).toBe(1);
      expect(term(hacked, 'clip').value).toBe(term(honest, 'clip').value);
      expect(hacked.descriptionF1).toBe(honest.descriptionF1);
      expect(gain).toBeGreaterThan(0);
    }
  });

  it('finds every key word inside words that deny it', async () => {
    for (const { sample, hackedText, honest, hacked, gain } of await pairs('substring')) {
      const words: readonly string[] = hackedText.split(/[^a-z]+/);
      expect(words.some((word) => word.startsWith('non'))).toBe(true);
      expect(sample.key_words.every((phrase) => hackedText.includes(`non${phrase}ish`))).toBe(true);
      expect(term(hacked, 'keyword').value).toBe(1);
      expect(term(hacked, 'clip').value).toBe(term(honest, 'clip').value);
      expect(gain).toBeGreaterThan(0);
    }
  });

  it('hides a list from the scorer behind its 248 tokens, and from nothing in front of them', async () => {
    for (const { sample, hackedText, honest, hacked, gain } of await pairs('past-the-window')) {
      const { phrases, mistaken, maxTokens } = hackMaterial(tasks, sample, parts.scorer.maxTokens);
      expect(maxTokens).toBe(248);
      const list = phrases.join(', ');
      const filled = hackedText.replace(`, ${list}`, '');
      expect(filled).not.toBe(hackedText);
      const described = term(hacked, 'clip').evidence as { description: string };
      expect(splitWords(described.description).length).toBeGreaterThan(maxTokens);
      const inFront = mistaken.replace('Image Description: ', `Image Description: ${list}, `);
      const [without, front] = await rewardsOf(parts, sample, 'perception', [filled, inFront]);
      expect(term(hacked, 'clip').raw).toBe(term(without, 'clip').raw);
      expect(term(front, 'clip').raw).not.toBe(term(honest, 'clip').raw);
      expect(term(without, 'keyword').value).toBe(term(honest, 'keyword').value);
      expect(term(hacked, 'keyword').value).toBe(1);
      expect(gain).toBeGreaterThan(0);
    }
  });

  it('pays full clip for an object that is not there, where the right description clears the threshold', async () => {
    const all = await pairs('clip-saturation', 24);
    for (const { honest, hacked } of all) {
      expect(honest.descriptionF1).toBe(1);
      expect(hacked.descriptionF1).toBeLessThan(1);
      expect(hacked.score.overall).toBeLessThanOrEqual(1);
    }
    const saturated = all.filter(
      ({ honest, hacked }) => term(honest, 'clip').value === 1 && term(hacked, 'clip').value === 1,
    );
    expect(saturated.length).toBeGreaterThan(0);
    for (const { honest, hacked, gain } of saturated) {
      expect(gain).toBeCloseTo(0, 12);
      expect(term(hacked, 'clip').raw).not.toBe(term(honest, 'clip').raw);
    }
  });

  it('pays a bare answer with empty headings backwards as much as a worked response', async () => {
    for (const { hackedText, honest, hacked, gain } of await pairs('format-order')) {
      expect(hackedText.indexOf('The final answer')).toBeLessThan(hackedText.indexOf('Image Description'));
      expect([honest.score.overall, hacked.score.overall]).toEqual([1, 1]);
      expect(gain).toBe(0);
      expect(hacked.descriptionF1).toBe(0);
    }
  });

  it('grades the first final answer though the steps end in another', async () => {
    for (const { hackedText, honest, hacked, gain } of await pairs('first-answer')) {
      expect(hackedText.match(/### The final answer is:/g)).toHaveLength(2);
      expect(term(honest, 'accuracy').value).toBe(0);
      expect(term(hacked, 'accuracy').value).toBe(1);
      expect(gain).toBeCloseTo(0.9, 12);
    }
  });
});

it('writes hacks for an imported sample, whose picture nobody has described', () => {
  const sample: Sample = {
    qid: 'a',
    problem: 'What is it?',
    answer: 'cat',
    key_words: ['cat', 'mat'],
    images: [],
    kind: 'imported',
  };
  const imported = {
    name: 'own',
    origin: 'imported' as const,
    size: () => 1,
    sample: () => sample,
    find: () => sample,
  };
  const material = hackMaterial(imported, sample, 248);
  expect(material.phrases).toEqual(['cat', 'mat']);
  expect(material.right).toContain('### Image Description: cat, mat\n### Rationales:');
  expect(material.mistaken).toMatch(/Description: mat\n[^]*The final answer is: not cat$/);
  for (const hack of HACKS) {
    expect(hack.hacked(material).length).toBeGreaterThan(0);
    expect(hack.hacked(material)).not.toContain(hack.honest(material));
  }
});

it.each(TASK_SET_NAMES)('writes every hack for %s into the sections that its teacher has', (name) => {
  const set = taskSetByName(name);
  for (let index = 0; index < SAMPLES; index++) {
    const material = hackMaterial(set, set.sample('heldout', index), 248);
    expect(extractAnswer(material.mistaken).extracted).not.toBe(material.answer);
    expect(extractAnswer(material.right).extracted).toBe(material.answer);
    for (const hack of HACKS) {
      const ways = hack.hacked(material);
      expect(ways.length, hack.id).toBeGreaterThan(0);
      expect(ways, hack.id).not.toContain(hack.honest(material));
    }
  }
});
