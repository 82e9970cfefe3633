/** The page's warm-up and the command line's are one: the same seed and faults give the same weights. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { nodeClient, prepareNode } from '../../fixtures/nodeClient.ts';
import { presetByName } from '../engine/rl/presets.ts';
import { pebr, readLines } from './testProcess.ts';

const SEED = 5;
const faults = {
  perception: [{ attribute: 'color', values: ['blue'], p: 0.7 }],
  reasoning: [{ slip: 'off_by_one', p: 0.4 }],
};

test('three steps give bit-equal weights and the same losses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pebr-warmup-page-'));
  const { assetBase, close } = await prepareNode();
  const file = join(folder, 'faults.json');
  await writeFile(file, JSON.stringify(faults));
  const numbers = ['--steps', '3', '--batch', '8', '--learning-rate', '0.001', '--seed', String(SEED)];
  const out = join(folder, 'out');
  const ended = await pebr(
    ...['warmup', '--preset', 'nano', ...numbers, '--faults', file, '--backend', 'wasm', '--out', out],
  );
  expect(ended.code).toBe(0);

  const client = nodeClient();
  const warmed = await vi.waitUntil(startedPage(client, assetBase), { timeout: 50_000, interval: 20 });
  const weights = await readFile(join(out, 'checkpoint', 'model.safetensors'));
  expect(Buffer.compare(warmed.files['model.safetensors'], weights)).toBe(0);
  const losses = (await readLines(out, 'metrics.jsonl')).map(({ loss }) => loss);
  expect([warmed.round.firstLoss, warmed.round.lastLoss]).toEqual([losses[0], losses[2]]);
  client.terminate();
  close();
  await rm(folder, { recursive: true, force: true });
});

/** Warms up in a session of the page; gives what came of it, once it has come. */
function startedPage(client: ReturnType<typeof nodeClient>, assetBase: string) {
  type Heard = Parameters<Parameters<typeof client.subscribe>[0]>[0][number];
  const heard: Heard[] = [];
  client.subscribe((messages) => void heard.push(...messages));
  client.send({ type: 'boot', version: 1, forcedBackend: 'wasm', assetBase });
  client.send({
    type: 'start',
    runId: 'a',
    resume: null,
    files: null,
    config: { ...presetByName('nano'), seed: SEED },
    checkpointName: 'nano',
    tasks: { from: 'built-in', name: 'scenes-nano' },
    play: false,
  });
  const choice = { steps: 3, batchSize: 8, learningRate: 0.001, faults };
  client.send({ type: 'warmUp', ...choice, probe: { part: 'heldout', n: 4 } });
  return () => heard.find((message) => message.type === 'warmedUp');
}
