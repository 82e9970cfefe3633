/** The session on WebGPU with the doors of a browser: its device is lost in every phase, and the numbers stay. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { prepareNode } from '../../fixtures/nodeClient.ts';
import { gpuDevice } from '../engine/compute/webgpu/eager.ts';
import { heldBuffers } from '../engine/compute/webgpu/buffers.ts';
import { presetByName } from '../engine/rl/presets.ts';
import type { GroupRecord, Phase, TrainConfig } from '../engine/rl/types.ts';
import { browserDoors } from './doors.ts';
import { Outbox } from './outbox.ts';
import { PROTOCOL_VERSION, type FromWorker, type ToWorker } from './protocol.ts';
import { Session } from './session.ts';

const nano = presetByName('nano');
const config: TrainConfig = {
  ...nano,
  promptsPerStep: 2,
  groupSize: 2,
  promptsPerMiniBatch: 2,
  rolloutsPerMicroBatch: 2,
  sampling: { ...nano.sampling, maxNewTokens: 10 },
  split: { ...nano.split, questions: 4, n: 2, easyFrom: 1 },
};
const STEPS = 3;

let assetBase: string;
let close: () => void;
/** Of an undisturbed run. */
let golden: readonly (readonly GroupRecord[])[];

class Page {
  readonly messages: FromWorker[] = [];
  readonly #session = new Session(
    new Outbox(({ messages }) => this.messages.push(...messages)),
    browserDoors(),
  );

  async start(): Promise<void> {
    this.send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: 'webgpu', assetBase });
    this.startRun();
    await this.until(() => this.status === 'idle');
  }
  startRun(): void {
    const tasks = { from: 'built-in', name: 'scenes-nano' } as const;
    const from = { resume: null, files: null, checkpointName: 'nano' };
    this.send({ type: 'start', runId: 'a', ...from, config, tasks, play: false });
  }
  send(message: ToWorker): void {
    this.#session.receive(message);
  }
  of<T extends FromWorker['type']>(type: T): Extract<FromWorker, { type: T }>[] {
    return this.messages.filter(
      (message): message is Extract<FromWorker, { type: T }> => message.type === type,
    );
  }
  get status(): string {
    return this.of('status').at(-1)?.status ?? 'none';
  }
  get phase(): Phase | undefined {
    return this.of('status').at(-1)?.phase;
  }
  async until(isTrue: () => boolean): Promise<void> {
    await vi.waitUntil(isTrue, { timeout: 20_000, interval: 5 });
  }
  /** Goes on to the end of the step under way. */
  async step(): Promise<void> {
    const { length } = this.of('record');
    this.send({ type: 'step' });
    await this.until(() => this.of('record').length > length && this.status === 'paused');
  }
  /** Stops before a phase of the step under way. */
  async stopBefore(phase: Phase): Promise<void> {
    while (this.phase !== phase) {
      const before = this.phase;
      this.send({ type: 'subStep' });
      await this.until(() => this.phase !== before && this.status === 'paused');
    }
  }
  /** Sees the loss told once, and goes on from the last snapshot. */
  async recover(): Promise<void> {
    await this.until(() => this.status === 'lost');
    const errors = this.of('error').map(({ error }) => error.message);
    const { length } = this.of('rewound');
    expect(errors.slice(length)).toEqual([expect.stringContaining('The GPU device was lost')]);
    this.send({ type: 'recover' });
    await this.until(() => this.of('rewound').length > length && ['idle', 'paused'].includes(this.status));
  }
  get groups(): readonly (readonly GroupRecord[])[] {
    return this.of('record').map(({ record }) => record.groups);
  }
}

/** Loses the device right after so many submits from now, while the GPU works on the last. */
function loseAfter(submits: number): void {
  const device = gpuDevice();
  const { queue } = device;
  const submit = queue.submit.bind(queue);
  let left = submits;
  queue.submit = (buffers) => {
    submit(buffers);
    left -= 1;
    if (left === 0) device.destroy();
  };
}

let page: Page;
beforeAll(async () => {
  ({ assetBase, close } = await prepareNode());
  const undisturbed = new Page();
  await undisturbed.start();
  for (let step = 0; step < STEPS; step++) await undisturbed.step();
  expect(undisturbed.of('error')).toEqual([]);
  golden = undisturbed.groups;
  expect(golden).toHaveLength(STEPS);
});
afterAll(() => close());
beforeEach(async () => {
  page = new Page();
  await page.start();
});

test('in each phase, between two submits and while it waits for the last', async () => {
  const cases: readonly (readonly [Phase, number])[] = [
    ['split', 2],
    ['rollout', 1],
    ['rollout', 3],
    ['score', 1],
    ['update', 1],
    ['update', 4],
  ];
  for (const [phase, submits] of cases) {
    await page.stopBefore(phase);
    loseAfter(submits);
    page.send({ type: 'step' });
    await page.recover();
    expect(page.phase, `after the loss in ${phase}`).toBe(phase);
  }
  await page.step();
  expect(page.groups).toEqual(golden.slice(0, 1));
});

test('at rest, at play and during an evaluation', async () => {
  await page.step();
  gpuDevice().destroy();
  await page.recover();
  const held = heldBuffers();
  const evaluation = { type: 'evaluate', policies: [0, 'now'], part: 'heldout', n: 4, samples: 0 } as const;
  loseAfter(4);
  page.send({ ...evaluation, id: 1 });
  await page.recover();
  expect(page.of('evaluationProgress').at(-1)?.progress).toBeNull();
  // What the lost device held is not counted any more.
  expect(heldBuffers()).toEqual(held);
  page.send({ ...evaluation, id: 2 });
  await page.until(() => page.of('evaluation').length === 1);
  loseAfter(9);
  page.send({ type: 'play' });
  await page.recover();
  while (page.groups.length < STEPS) await page.step();
  expect(page.groups).toEqual(golden);
});

test('during a warm-up, which can be done again; and a new run may be started instead', async () => {
  const warmUp = {
    type: 'warmUp',
    steps: 2,
    batchSize: 2,
    learningRate: 1e-3,
    faults: { perception: [], reasoning: [] },
    probe: { part: 'heldout', n: 1 },
  } as const;
  // Before the first step, in its middle, and after the last.
  for (const submits of [2, 9]) {
    loseAfter(submits);
    page.send(warmUp);
    await page.recover();
    expect(page.of('warmupProgress').at(-1)?.progress).toBeNull();
  }
  gpuDevice().destroy();
  await page.until(() => page.status === 'lost');
  page.startRun();
  await page.until(() => page.of('started').length === 2 && page.status === 'idle');
  await page.step();
  expect(page.groups).toEqual(golden.slice(0, 1));
});
