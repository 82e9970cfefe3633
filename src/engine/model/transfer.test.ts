import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { suiteOf } from '../tasks/index.ts';
import { architecture } from './architectures.ts';
import { buildTokenizer } from './buildTokenizer.ts';
import { readCheckpoint } from './checkpoint.ts';
import { EMBEDDING } from './layout.ts';
import { Policy } from './policy.ts';
import { Tokenizer } from './tokenizer.ts';
import { transferred, type Numbered } from './transfer.ts';

let learned: Numbered;

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  const checkpoint = await readCheckpoint((name) => readFile(`public/models/tiny/${name}`).catch(() => null));
  learned = { tensors: checkpoint.tensors, tokenizer: Tokenizer.fromJson(checkpoint.tokenizerJson) };
});

async function fresh(preset: string): Promise<Numbered> {
  const suite = suiteOf('geometry');
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suite));
  const policy = Policy.initialize(architecture(preset, tokenizer.vocabSize, suite.imageSize), 1);
  const tensors = await policy.exportTensors();
  policy.dispose();
  return { tensors, tokenizer };
}

/** Words with their ids; parts of characters, which have no text of their own, are left out. */
const texts = ({ tokenizer }: Numbered): [string, number][] =>
  Array.from({ length: tokenizer.vocabSize }, (_, id): [string, number] => [
    tokenizer.tokenText(id),
    id,
  ]).filter(([text]) => !text.includes('\uFFFD'));

const row = (of: Numbered, text: string): readonly number[] => {
  const { shape, data } = of.tensors.get(EMBEDDING)!;
  const [id] = of.tokenizer.encode(text);
  return Array.from(data.subarray(id * shape[1], (id + 1) * shape[1]));
};

test('gives a token the row it has learned, and leaves new tokens and other places as initialized', async () => {
  const start = await fresh('tiny');
  const result = { tensors: transferred(start, learned), tokenizer: start.tokenizer };
  expect([...result.tensors.keys()]).toEqual([...start.tensors.keys()]);
  const known = new Map(texts(learned));
  const words = texts(start);
  const moved = words.filter(([text, id]) => (known.get(text) ?? id) !== id);
  expect(moved.length).toBeGreaterThan(0);
  for (const [text] of moved) expect(row(result, text)).toEqual(row(learned, text));
  expect(row(result, '7')).toEqual(row(learned, '7'));
  const added = words.filter(([text]) => !known.has(text));
  expect(added.length).toBeGreaterThan(0);
  for (const [text] of added) expect(row(result, text)).toEqual(row(start, text));
  const places = 'model.vision_model.embeddings.position_embedding.weight';
  expect(result.tensors.get(places)).toEqual(start.tensors.get(places));
  const norm = 'model.text_model.norm.weight';
  expect(result.tensors.get(norm)).toEqual(learned.tensors.get(norm));
});

test('refuses a policy of another architecture, naming the tensor', async () => {
  const start = await fresh('nano');
  expect(() => transferred(start, learned)).toThrow(
    /transfer: tensor "model\.vision_model.*" has shape .* take a policy of the same preset/,
  );
});
