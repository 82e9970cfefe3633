/** Two real sessions on wasm: the run under way and its control. */
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nodeClient, prepareNode } from '../../fixtures/nodeClient.ts';
import { PROTOCOL_VERSION } from '../worker/protocol.ts';
import { send, setClient } from './bridge.ts';
import { choosePreset, configStore, editConfig } from './config.ts';
import { receive } from './connect.ts';
import {
  controlMisfit,
  controlStore,
  discardControl,
  keepControl,
  setAssetBase,
  startControl,
  stopControl,
} from './control.ts';
import { recordsStore } from './records.ts';
import { advance, resetRun, startRun } from './run.ts';
import { runDatabase, runStore } from './runStore.ts';
import { seriesStore } from './series.ts';
import { sessionStore } from './session.ts';

const STEPS = 2;
let close: () => void;

beforeAll(async () => {
  const assets = await prepareNode();
  close = assets.close;
  setAssetBase(assets.assetBase);
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
  const client = nodeClient();
  setClient(client);
  client.subscribe(receive);
  const { assetBase } = assets;
  send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: 'wasm', assetBase });
  await until(() => sessionStore.getState().status === 'idle');
});
afterAll(() => close());

const until = (isTrue: () => boolean) =>
  vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 50_000, interval: 20 });
const control = () => controlStore.getState().control;

/** Trains the run under way and gives all that it has of its steps, besides how long they took. */
async function train() {
  for (let step = 1; step <= STEPS; step++) {
    const before = sessionStore.getState().policyHash;
    advance('step');
    await until(() => {
      const { step: done, status, policyHash } = sessionStore.getState();
      return done === step && status === 'paused' && policyHash !== before;
    });
  }
  const { records } = recordsStore.getState();
  const metrics = seriesStore.rows().map(({ metrics: all, ...row }) => {
    const { step_time: _, tokens_per_second: __, ...learned } = all;
    return { ...row, learned };
  });
  return {
    hash: sessionStore.getState().policyHash,
    metrics,
    groups: [...records.values()].map((r) => r.groups),
  };
}

test('a control run steps beside the run, and the run’s numbers stay as they are', async () => {
  const alone = await train();
  resetRun();
  await until(() => sessionStore.getState().status === 'idle');
  expect(controlMisfit(sessionStore.getState())).toBeNull();
  startControl(nodeClient);
  await until(() => control()?.status === 'waiting');
  expect(control()?.step).toBe(0);
  expect(await train()).toEqual(alone);

  await until(() => control()?.step === STEPS && control()?.status === 'waiting');
  const rows = control()!.series.rows();
  expect(rows.map(({ step, stage }) => [step, stage])).toEqual([
    [1, 'reasoning'],
    [2, 'reasoning'],
  ]);
  expect(rows[0].metrics).not.toHaveProperty('rewards/clip/mean');
  expect(control()?.config).toEqual({ ...configStore.getState().applied?.config, stages: 'reasoning' });
  expect(sessionStore.getState().error).toBeNull();

  // Kept, it is a run of the list that can be gone on with.
  stopControl();
  await keepControl();
  const kept = runStore.getState().runs.find(({ name }) => name === control()?.keptAs)!;
  expect(kept).toMatchObject({
    origin: 'stored',
    step: STEPS,
    config: control()?.config,
    tasks: { from: 'built-in' },
  });
  expect(kept.parent?.id).toBe(runStore.getState().current);
  const whole = await (await runDatabase()).load(kept.id);
  expect(whole.metrics).toEqual(rows.map(({ step, stage, metrics }) => ({ step, stage, metrics })));
  expect(whole.records.map(({ step }) => step)).toEqual([1, 2]);
  expect(whole.state.progress.step).toBe(STEPS);
  expect([...whole.kept.keys()]).toEqual(kept.kept.map(({ step }) => step));
  expect(kept.kept[0]).toMatchObject({ step: 0, why: 'start' });

  // Stopped, it keeps its lines and hears of no further step; another run takes them away.
  advance('step');
  await until(() => sessionStore.getState().step === STEPS + 1);
  expect(control()).toMatchObject({ status: 'stopped', step: STEPS });
  await until(() => sessionStore.getState().status === 'paused');
  resetRun();
  await until(() => sessionStore.getState().status === 'idle');
  expect(control()).toBeNull();
});

test('one that falls behind catches up; discarding ends it', async () => {
  await train();
  startControl(nodeClient);
  await until(() => control()?.step === STEPS);
  discardControl();
  expect(control()).toBeNull();
});

test('what goes wrong is told of the control run alone', async () => {
  setAssetBase('http://127.0.0.1:1/');
  startControl(nodeClient);
  await until(() => control()?.status === 'failed');
  expect(control()?.error?.message).not.toBe('');
  expect(sessionStore.getState()).toMatchObject({ error: null, status: 'paused' });
  discardControl();
});

test('a run of one stage has no control', async () => {
  editConfig('stages', 'reasoning');
  startRun(false);
  await until(() => sessionStore.getState().run?.config.stages === 'reasoning');
  expect(controlMisfit(sessionStore.getState())).toContain('one stage only');
  startControl(nodeClient);
  expect(control()).toBeNull();
});
