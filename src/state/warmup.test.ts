/** A warm-up and the runs that start from it: real sessions on wasm, over an IndexedDB in memory. */
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nodeClient, prepareNode } from '../../fixtures/nodeClient.ts';
import { exportRun, importRun } from '../runs/runFile.ts';
import type { Client } from '../worker/client.ts';
import { PROTOCOL_VERSION } from '../worker/protocol.ts';
import { send, setClient } from './bridge.ts';
import { changesOf, choosePreset, configStore, editConfig } from './config.ts';
import { receive } from './connect.ts';
import { saveNow } from './persistence.ts';
import { duplicateRun, resumeRun, wholeRun } from './resume.ts';
import { advance, resetRun, startFrom, startRun } from './run.ts';
import { liveRun, runDatabase } from './runStore.ts';
import { sessionStore } from './session.ts';
import { warmUp } from './warmup.ts';

let assetBase: string;
let close: () => void;
let client: Client;

const until = (isTrue: () => boolean) =>
  vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 50_000, interval: 20 });
const session = () => sessionStore.getState();
const isAtRest = (): boolean => session().status === 'idle' || session().status === 'paused';

/** A page with a worker of its own, as after a reload. */
async function open(): Promise<void> {
  client = nodeClient();
  setClient(client);
  client.subscribe(receive);
  sessionStore.setState({ backend: null, run: null, status: 'booting' });
  send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: 'wasm', assetBase });
  await until(() => session().run !== null && isAtRest());
}

/** Asks for another run and waits for it; the hash of its first policy. */
async function next(ask: () => void): Promise<string | undefined> {
  const { run } = session();
  ask();
  await until(() => session().run !== run && isAtRest());
  return session().run?.policyHash;
}

async function step(to: number): Promise<string | null> {
  const before = session().policyHash;
  advance('step');
  await until(
    () => session().step === to && session().status === 'paused' && session().policyHash !== before,
  );
  return session().policyHash;
}

beforeAll(async () => {
  ({ assetBase, close } = await prepareNode());
  choosePreset('nano');
  for (const [path, value] of Object.entries({
    promptsPerStep: 2,
    promptsPerMiniBatch: 2,
    'sampling.maxNewTokens': 24,
    'split.questions': 4,
    'split.n': 2,
    'split.easyFrom': 2,
  })) {
    editConfig(path, value);
  }
  await open();
});
afterAll(() => {
  client.terminate();
  close();
});

const faults = { perception: [{ attribute: 'shape', p: 1 }], reasoning: [] };

test('a run after a warm-up says so, and outlives reload, reset, copy and file', async () => {
  await step(1);
  const [old, shipped] = [liveRun(), session().run?.policyHash];
  editConfig('seed', 9);
  const choice = { steps: 2, batchSize: 8, learningRate: 0.001, faults };
  const warmed = await next(() => warmUp(choice));
  expect(warmed).not.toBe(shipped);
  expect(session()).toMatchObject({ step: 0, split: null, card: { faults } });
  const live = liveRun();
  // Kept as soon as it is there: a reload would lose it.
  await vi.waitFor(async () =>
    expect((await (await runDatabase()).load(live!.id)).header).toMatchObject({
      step: 0,
      kept: [{ step: 0, why: 'start' }],
    }),
  );
  expect(live).toMatchObject({
    name: 'nano-warmed-1',
    checkpoint: 'nano',
    parent: { id: old?.id, step: 0 },
    warmups: [{ steps: 2, batchSize: 8, seed: 1, faults, from: shipped, policyHash: warmed }],
  });
  // The edit of Setup is one still; the start is no edit.
  expect(changesOf(configStore.getState()).map(({ path }) => path)).toEqual(['seed']);

  await step(1);
  const straight = await step(2);
  expect(await next(resetRun)).toBe(warmed);
  await step(1);
  const { id } = liveRun()!;
  await saveNow();
  await vi.waitFor(async () => expect((await (await runDatabase()).load(id)).header.step).toBe(1));

  client.terminate();
  configStore.setState({ applied: null });
  choosePreset('nano');
  await open();
  expect(session().run?.policyHash).toBe(shipped);
  await next(() => void resumeRun(id));
  expect(session()).toMatchObject({ step: 1, card: { faults } });
  expect(liveRun()?.warmups).toHaveLength(1);
  expect(await step(2)).toBe(straight);

  const whole = await wholeRun(id);
  const file = Buffer.concat(await exportRun(whole));
  const imported = await importRun(file, 'run.zip', 'other');
  expect(imported.header.warmups).toEqual(whole.header.warmups);
  expect(imported.files).toEqual(whole.files);

  expect(await next(resetRun)).toBe(warmed);
  await next(() => void duplicateRun(id));
  expect(liveRun()).toMatchObject({ name: expect.stringMatching(/^nano-warmed-/) as string, parent: { id } });
  expect(session().run?.policyHash).toBe(warmed);
});

test('a second warm-up goes on from the first, and the way back is the shipped policy', async () => {
  choosePreset('nano');
  const shipped = await next(() => startRun(false));
  const choice = { steps: 1, batchSize: 4, learningRate: 0.001, faults };
  const first = await next(() => warmUp(choice));
  const second = await next(() => warmUp(choice));
  expect(liveRun()?.warmups?.map(({ from, policyHash }) => [from, policyHash])).toEqual([
    [shipped, first],
    [first, second],
  ]);
  expect(await next(() => startFrom(null, false))).toBe(shipped);
  expect(liveRun()?.warmups).toBeUndefined();
  expect(changesOf(configStore.getState())).toEqual([]);
});
