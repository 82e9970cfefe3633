/** The session with the real engine on wasm; only the doors of a browser are those of Node. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { prepareNode } from '../../fixtures/nodeClient.ts';
import { selectBackend } from '../engine/compute/backend.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName } from '../engine/rl/presets.ts';
import type { TrainConfig } from '../engine/rl/types.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import type { EngineDoors } from './doors.ts';
import { Outbox } from './outbox.ts';
import { PROTOCOL_VERSION, type FromWorker, type ToWorker } from './protocol.ts';
import { Session } from './session.ts';

const nano = presetByName('nano');
const config: TrainConfig = {
  ...nano,
  promptsPerStep: 2,
  promptsPerMiniBatch: 2,
  sampling: { ...nano.sampling, maxNewTokens: 24 },
  split: { ...nano.split, questions: 4, n: 2, easyFrom: 2 },
};

let assetBase: string;
let close: () => void;
beforeAll(async () => {
  ({ assetBase, close } = await prepareNode());
});
afterAll(() => close());

class Page {
  messages: FromWorker[] = [];
  lose: (reason: string) => void = () => {};
  readonly session: Session;

  constructor() {
    const doors: EngineDoors = {
      selectBackend: () => selectBackend({ forced: 'wasm' }),
      reopenBackend: () => selectBackend({ forced: 'wasm' }),
      onDeviceLost: (handler) => {
        this.lose = handler;
      },
      onGpuError: () => {},
      taskSetByName,
      loadScorer,
      checkpointFiles: async () => ({}),
      memory: () => ({ tensors: 0, bytes: 0, poolBytes: null, bufferBytes: null }),
    };
    const out = new Outbox(({ messages }) => this.messages.push(...messages));
    this.session = new Session(out, doors);
    this.send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: null, assetBase });
  }

  send(message: ToWorker): void {
    this.session.receive(message);
  }
  start(change: Partial<TrainConfig> = {}, checkpointName = 'nano'): void {
    const tasks = { from: 'built-in', name: 'scenes-nano' } as const;
    const all = { ...config, ...change };
    const from = { resume: null, files: null, checkpointName };
    this.send({ type: 'start', runId: 'a', ...from, config: all, tasks, play: false });
  }
  of<T extends FromWorker['type']>(type: T): Extract<FromWorker, { type: T }>[] {
    return this.messages.filter(
      (message): message is Extract<FromWorker, { type: T }> => message.type === type,
    );
  }
  status(): string {
    return this.of('status').at(-1)?.status ?? 'none';
  }
  async until(isTrue: () => boolean): Promise<void> {
    await expect.poll(isTrue, { timeout: 50_000, interval: 20 }).toBe(true);
  }
}

let page: Page;
beforeEach(async () => {
  page = new Page();
  page.start();
  await page.until(() => page.status() === 'idle');
});

test('sub-steps go through the phases in order, and a step ends with its record', async () => {
  const phases: string[] = [];
  for (let i = 0; i < 3; i++) {
    phases.push(page.of('status').at(-1)?.phase ?? '');
    page.send({ type: 'subStep' });
    await page.until(() => page.status() === 'paused' && page.of('status').at(-1)?.phase !== phases[i]);
  }
  expect(phases).toEqual(['split', 'sample', 'rollout']);
  expect(page.of('splitProgress').at(-1)?.split?.entries).toHaveLength(4);
  expect(page.of('draft').at(-1)?.draft.done).toBe('rollout');
  page.send({ type: 'step' });
  await page.until(() => page.status() === 'paused' && page.of('record').length === 1);
  expect(page.of('record')[0].record.groups).toHaveLength(2);
  await page.until(() => page.of('policyHash').length > 0);
  expect(page.of('policyHash').at(-1)?.hash).not.toBe(page.of('started')[0].info.policyHash);
});

test('play runs on until it is paused; the stage can be switched by hand', async () => {
  page.send({ type: 'play' });
  await page.until(() => page.of('record').length >= 1);
  page.send({ type: 'switchStage', to: 'reasoning' });
  await page.until(() => page.of('record').at(-1)?.record.stage === 'reasoning');
  page.send({ type: 'pause' });
  await page.until(() => page.status() === 'paused');
  const { length } = page.of('record');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(page.of('record')).toHaveLength(length);
  expect(page.of('stageChange').map(({ change }) => [change.to, change.reason])).toContainEqual([
    'reasoning',
    'manual',
  ]);
  expect(page.of('error')).toEqual([]);
});

test('after a device lost at play the run goes on from its snapshot with the same numbers', async () => {
  page.send({ type: 'setSpeed', delayMs: 300 });
  page.send({ type: 'play' });
  await page.until(() => page.of('record').length === 1);
  page.lose('driver reset');
  await page.until(() => page.status() === 'lost');
  expect(page.of('error').at(-1)?.error.message).toContain('driver reset');
  page.send({ type: 'recover' });
  await page.until(() => page.of('rewound').length === 1);
  // Nothing is lost but the step in progress.
  expect(page.of('rewound')[0].step).toBe(1);
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 2);
  const records = page.of('record').map(({ record }) => record.groups);
  page.messages = [];
  page.start();
  page.send({ type: 'play' });
  await page.until(() => page.of('record').length >= 2);
  expect(
    page
      .of('record')
      .slice(0, 2)
      .map(({ record }) => record.groups),
  ).toEqual(records);
});

test('a run that does not load leaves the one before as it was', async () => {
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 1 && page.status() === 'paused');
  page.start({}, 'no-such-model');
  await page.until(() => page.of('error').length === 1);
  expect(page.of('error')[0].error).toMatchObject({ where: 'start of the run', fatal: false });
  expect(page.of('error')[0].error.message).toContain('no-such-model');
  expect(page.of('error')[0].error.suggestion).toMatch(/^The run stands as it was before\. Choose another/);
  await page.until(() => page.status() === 'paused');
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 2);
});

test('a loss that is not finite pauses, names the phase and keeps the weights', async () => {
  page.start({ optimizer: { ...config.optimizer, learningRate: 1e30 } });
  page.send({ type: 'play' });
  await page.until(() => page.of('error').length === 1);
  const { error } = page.of('error')[0];
  expect(error.message).toMatch(/NaN|finite|infinite/i);
  expect(error.where).toMatch(/of step \d+$/);
  await page.until(() => page.status() === 'paused');
});

test('cancelling a new estimate gives the split before it back', async () => {
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 1 && page.status() === 'paused');
  const before = page.of('splitProgress').at(-1)?.split;
  page.send({ type: 'estimateSplit', resume: false });
  page.send({ type: 'cancelSplit' });
  await page.until(() => page.status() === 'paused');
  await page.until(() => page.of('splitProgress').at(-1)?.remaining === 0);
  expect(page.of('splitProgress').at(-1)?.split).toEqual(before);
  expect(page.of('error')).toEqual([]);
});

test('samples and pictures are served while nothing runs', async () => {
  page.send({ type: 'requestSamples', part: 'train', offset: 2, count: 3 });
  await page.until(() => page.of('samples').length === 1);
  const { samples } = page.of('samples')[0];
  expect(samples.map((sample) => sample.index)).toEqual([2, 3, 4]);
  page.send({ type: 'requestImages', qids: [samples[0].qid, 'nobody'] });
  await page.until(() => page.of('images').length === 1);
  const [known, unknown] = page.of('images')[0].images;
  expect(known.image?.data.length).toBe(4 * (known.image?.width ?? 0) * (known.image?.height ?? 0));
  expect(unknown.image).toBeNull();
  page.send({ type: 'requestSimilarity', qid: samples[0].qid, text: '1 red cube' });
  await page.until(() => page.of('similarity').length === 1);
  expect(Math.abs(page.of('similarity')[0].similarity)).toBeLessThanOrEqual(1);
});

test('hacks are written and any text is scored, at rest and while the run plays', async () => {
  page.send({ type: 'requestSamples', part: 'heldout', offset: 0, count: 1 });
  await page.until(() => page.of('samples').length === 1);
  const [{ qid, key_words }] = page.of('samples')[0].samples;
  page.send({ type: 'requestExploit', qid, hack: 'keyword-stuffing' });
  await page.until(() => page.of('exploit').length === 1);
  const { honest, hacked } = page.of('exploit')[0];
  for (const keyWord of key_words) expect(hacked).toContain(keyWord);
  page.send({ type: 'play' });
  for (const response of [honest, hacked]) {
    page.send({ type: 'requestReward', qid, stage: 'perception', response });
  }
  await page.until(() => page.of('reward').length === 2);
  const [paidHonest, paidHacked] = page.of('reward');
  expect([paidHonest.response, paidHacked.response]).toEqual([honest, hacked]);
  expect(paidHacked.reward.score.overall).toBeGreaterThan(paidHonest.reward.score.overall ?? Infinity);
  expect(paidHacked.reward.descriptionF1).toBe(paidHonest.reward.descriptionF1);
  page.send({ type: 'requestReward', qid: 'nobody', stage: 'perception', response: '' });
  page.send({ type: 'requestReward', qid, stage: 'reasoning', response: hacked });
  await page.until(() => page.of('reward').length === 3);
  expect(page.of('reward')[2].reward.score.terms.map(({ name }) => name)).toEqual(['format', 'accuracy']);
  page.send({ type: 'pause' });
  await page.until(() => page.status() === 'paused');
  expect(page.of('error')).toEqual([]);
});

test('policies of the run are evaluated where it stands, and the run goes on with the same numbers', async () => {
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 1 && page.status() === 'paused');
  page.send({ type: 'switchStage', to: 'reasoning' });
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 2 && page.status() === 'paused');
  const options = { part: 'heldout', n: 20, samples: 2 } as const;
  page.send({ type: 'evaluate', id: 1, policies: [0, 1], ...options });
  await page.until(() => page.of('evaluation').length === 1);
  page.send({ type: 'evaluate', id: 2, policies: [1, 'now'], ...options });
  await page.until(() => page.of('evaluation').length === 2);
  const [before, after] = page.of('evaluation');
  expect([before.request.id, after.request.id]).toEqual([1, 2]);
  const hashes = [...before.policies, ...after.policies].map(({ hash }) => hash);
  expect(hashes[0]).toBe(page.of('started')[0].info.policyHash);
  expect(hashes[1]).toBe(page.of('stageChange').at(-1)?.change.policyHash);
  expect(hashes[3]).toBe(page.of('policyHash').at(-1)?.hash);
  expect(after.policies[0]).toEqual(before.policies[1]);
  expect(after.policies.map(({ step }) => step)).toEqual([1, 2]);
  const [start, kept] = before.policies.map(({ report }) => report);
  expect(start).toMatchObject({ tasks: 'scenes-nano', part: 'heldout', n: 20, samples: 2 });
  expect(before.comparison?.greedy.all.accuracy?.difference).toBeCloseTo(
    kept.greedy.accuracy - start.greedy.accuracy,
    12,
  );
  expect(before.comparison?.pass_at_k?.['2'].difference).toBeCloseTo(
    kept.pass_at_k!['2'] - start.pass_at_k!['2'],
    12,
  );
  expect(page.of('evaluationProgress').at(-1)?.progress).toBeNull();

  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 3);
  const undisturbed = new Page();
  undisturbed.start();
  await undisturbed.until(() => undisturbed.status() === 'idle');
  undisturbed.send({ type: 'step' });
  await undisturbed.until(() => undisturbed.of('record').length === 1 && undisturbed.status() === 'paused');
  undisturbed.send({ type: 'switchStage', to: 'reasoning' });
  for (const steps of [2, 3]) {
    undisturbed.send({ type: 'step' });
    await undisturbed.until(
      () => undisturbed.of('record').length === steps && undisturbed.status() === 'paused',
    );
  }
  expect(page.of('record')[2].record.groups).toEqual(undisturbed.of('record')[2].record.groups);
  expect(page.of('error')).toEqual([]);
});

test('an evaluation ends when it is cancelled, and names a policy that is not kept', async () => {
  page.send({ type: 'evaluate', id: 3, policies: [0, 'now'], part: 'heldout', n: 512, samples: 4 });
  const done = (): number => page.of('evaluationProgress').at(-1)?.progress?.done ?? 0;
  await page.until(() => done() > 0);
  expect(page.of('evaluationProgress').at(-1)?.progress?.total).toBe(1024);
  page.send({ type: 'cancelEvaluation' });
  await page.until(() => page.of('evaluationProgress').at(-1)?.progress === null);
  expect(page.of('evaluation')).toEqual([]);
  expect(page.of('error')).toEqual([]);
  page.send({ type: 'evaluate', id: 4, policies: [7], part: 'heldout', n: 8, samples: 0 });
  await page.until(() => page.of('error').length === 1);
  expect(page.of('error')[0].error).toMatchObject({ where: 'evaluation', fatal: false });
  expect(page.of('error')[0].error.message).toContain('after step 7 is not kept');
  await page.until(() => page.of('evaluationProgress').at(-1)?.progress === null);
  page.send({ type: 'evaluate', id: 5, policies: [0], part: 'heldout', n: 8, samples: 0 });
  await page.until(() => page.of('evaluation').length === 1);
  expect(page.of('evaluation')[0].comparison).toBeNull();
});

test('kept policies outlive a lost device', async () => {
  page.send({ type: 'step' });
  await page.until(() => page.of('record').length === 1 && page.status() === 'paused');
  page.send({ type: 'switchStage', to: 'reasoning' });
  await page.until(() => page.of('stageChange').at(-1)?.change.atStep === 1);
  page.lose('driver reset');
  page.send({ type: 'recover' });
  await page.until(() => page.of('rewound').length === 1);
  page.send({ type: 'evaluate', id: 6, policies: [0, 1], part: 'heldout', n: 4, samples: 0 });
  await page.until(() => page.of('evaluation').length === 1);
  const [start, end] = page.of('evaluation')[0].policies;
  expect(start.hash).toBe(page.of('started')[0].info.policyHash);
  expect(end.hash).toBe(page.of('stageChange').at(-1)?.change.policyHash);
});
