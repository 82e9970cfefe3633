/** The scorer that the site ships: what its card says, on fewer samples. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../compute/backend.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { measureDescription } from '../../eval/measureDescription.ts';
import { RandomStream } from '../../random.ts';
import { suiteOf, taskSetByName } from '../../tasks/index.ts';
import type { DualEncoderScorer } from './index.ts';
import { loadScorer } from './index.ts';
import { medianOfRight, oneWordAccuracy, patchHitRate, spearman } from './measures.ts';
import { workedDescription } from './train.ts';
import { entriesOf } from './words.ts';
import { corrupted, wordClasses } from './wrongDescriptions.ts';

const folder = join(import.meta.dirname, '../../../../public/models/scorer');
const files = (name: string): Promise<Uint8Array | null> => readFile(join(folder, name)).catch(() => null);
const scenes = { tasks: taskSetByName('scenes'), classes: wordClasses(suiteOf('scenes').attributeValues) };
let scorer: DualEncoderScorer;

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  scorer = await loadScorer(files);
});

it('says of each suite the patch-hit rate of its card, and nothing of other sets', async () => {
  const card = await readFile(join(folder, 'README.md'), 'utf8');
  const rows = [...card.matchAll(/^\| ([a-z-]+) \| [\d.]+ % \| ([\d.]+) % \|/gm)];
  expect(rows.map(([, suite]) => suite)).toEqual(['scenes', 'scenes-nano', 'charts', 'geometry', 'pictures']);
  for (const [, suite, percent] of rows) {
    expect(((scorer.patchHitRate(suite) ?? NaN) * 100).toFixed(1)).toBe(percent);
  }
  expect(scorer.patchHitRate('holiday')).toBeNull();
});

it('really misses the named object’s patch in geometry, as the card says', async () => {
  const geometry = {
    tasks: taskSetByName('geometry'),
    classes: wordClasses(suiteOf('geometry').attributeValues),
  };
  const rate = (await patchHitRate(scorer, geometry, 32)) ?? NaN;
  expect(Math.abs(rate - (scorer.patchHitRate('geometry') ?? NaN))).toBeLessThan(0.1);
});

describe('the shipped scorer, on held-out scenes', () => {
  it('likes the right description better than one with a word changed', async () => {
    expect(await oneWordAccuracy(scorer, scenes, 512, 2)).toBeGreaterThanOrEqual(0.95);
  });

  it('finds an object by its phrase', async () => {
    expect(await patchHitRate(scorer, scenes, 32)).toBeGreaterThanOrEqual(0.85);
  });

  it('ranks wrong descriptions as their F1 does', async () => {
    const samples = Array.from({ length: 128 }, (_, i) => scenes.tasks.sample('heldout', i));
    const texts = samples.map((sample, i) => {
      const entries = entriesOf(workedDescription(scenes.tasks, sample), 248);
      return corrupted(entries, scenes.classes, new RandomStream(i))
        .map((words, n) => `${n + 1} ${words.join(' ')}`)
        .join(', ');
    });
    const images = await Promise.all(samples.map(({ images }) => images[0].load()));
    const f1 = samples.map(
      (sample, i) =>
        measureDescription(scenes.tasks, sample, `### Image Description: ${texts[i]}\n### Rationales: none`)!
          .f1,
    );
    expect(spearman(await scorer.score(images, texts), f1)).toBeGreaterThanOrEqual(0.7);
  });

  it('has the threshold that half of the right train descriptions reach', async () => {
    const tasks = scorer.id.replace('dual-encoder-', '').split(',');
    const sources = tasks.map((name) => ({ tasks: taskSetByName(name), classes: [] }));
    expect(await medianOfRight(scorer, sources, 512)).toBeCloseTo(scorer.threshold, 3);
  });

  it('weighs at most 4 MB', async () => {
    expect((await files('model.safetensors'))!.byteLength).toBeLessThan(4e6);
  });
});

describe('loading', () => {
  it('names a file that is missing or damaged', async () => {
    const without = (missing: string) => async (name: string) => (name === missing ? null : files(name));
    await expect(loadScorer(without('config.json'))).rejects.toThrow(/config\.json is missing/);
    await expect(loadScorer(without('model.safetensors'))).rejects.toThrow(/model\.safetensors is missing/);
  });

  it('refuses files of another format', async () => {
    const old = async (name: string) =>
      name === 'config.json' ? new TextEncoder().encode('{"imageSize": 48}') : files(name);
    await expect(loadScorer(old)).rejects.toThrow(/format undefined, this program reads 2/);
  });
});
