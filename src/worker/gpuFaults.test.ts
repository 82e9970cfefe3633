/** The session on WebGPU with the doors of a browser: lost devices, numbers that are not finite, and memory. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { prepareNode } from '../../fixtures/nodeClient.ts';
import { selectBackend } from '../engine/compute/backend.ts';
import { gpuDevice } from '../engine/compute/webgpu/eager.ts';
import { countBuffers } from '../engine/compute/webgpu/testing.ts';
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
const STEPS = 2;
/** Every device compiles all kernels again. */
const SLOW = 150_000;

let assetBase: string;
let close: () => void;
/** GPU buffers, tfjs's too. */
let held: ReturnType<typeof countBuffers>;
/** Of an undisturbed run. */
let golden: readonly (readonly GroupRecord[])[];

class Page {
  readonly messages: FromWorker[] = [];
  readonly #session = new Session(
    new Outbox(({ messages }) => this.messages.push(...messages)),
    // Without measurement and gate, which have tests of their own and would run at every start here.
    browserDoors(selectBackend),
  );

  async start(): Promise<void> {
    this.send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: 'webgpu', assetBase });
    this.startRun();
    await this.until(() => this.status === 'idle');
  }
  startRun(change: Partial<TrainConfig> = {}): void {
    const tasks = { from: 'built-in', name: 'scenes-nano' } as const;
    const from = { resume: null, files: null, checkpointName: 'nano' };
    this.send({ type: 'start', runId: 'a', ...from, config: { ...config, ...change }, tasks, play: false });
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
  /** Until a number has stayed the same for half a second. */
  async settle(read: () => number): Promise<void> {
    let [last, since] = [read(), performance.now()];
    await this.until(() => {
      if (read() !== last) [last, since] = [read(), performance.now()];
      return performance.now() - since > 500;
    });
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

/** Makes the next upload to the buffer of this name one of NaN. */
function corruptNext(label: string): void {
  const { queue } = gpuDevice();
  const write = queue.writeBuffer.bind(queue);
  queue.writeBuffer = (buffer, offset, data, from, size) => {
    if (buffer.label === label) {
      queue.writeBuffer = write;
      write(buffer, offset, new Float32Array((size ?? data.byteLength) / 4).fill(NaN));
    } else {
      write(buffer, offset, data, from, size);
    }
    return undefined;
  };
}

let page: Page;
beforeAll(async () => {
  ({ assetBase, close } = await prepareNode());
  held = countBuffers();
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

test(
  'a device lost in each phase, between two submits and while it waits for the last',
  async () => {
    const cases: readonly (readonly [Phase, number])[] = [
      ['split', 2],
      ['rollout', 2],
      ['score', 1],
      ['update', 2],
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
  },
  SLOW,
);

test(
  'a device lost at rest, at play and during an evaluation',
  async () => {
    await page.step();
    const tensors = () => page.of('memory').at(-1)?.memory.tensors;
    const before = tensors();
    gpuDevice().destroy();
    await page.recover();
    expect(tensors()).toBe(before);
    await page.settle(() => heldBuffers().bytes);
    const own = heldBuffers();
    const evaluation = { type: 'evaluate', policies: [0, 'now'], part: 'heldout', n: 4, samples: 0 } as const;
    loseAfter(4);
    page.send({ ...evaluation, id: 1 });
    await page.recover();
    expect(page.of('evaluationProgress').at(-1)?.progress).toBeNull();
    // What the lost device held is not counted any more.
    await page.settle(() => heldBuffers().bytes);
    expect(heldBuffers()).toEqual(own);
    page.send({ ...evaluation, id: 2 });
    await page.until(() => page.of('evaluation').length === 1);
    loseAfter(9);
    page.send({ type: 'play' });
    await page.recover();
    while (page.groups.length < STEPS) await page.step();
    expect(page.groups).toEqual(golden);
  },
  SLOW,
);

test(
  'a device lost during a warm-up, which can be done again; and a new run may be started instead',
  async () => {
    const warmUp = {
      type: 'warmUp',
      steps: 2,
      batchSize: 2,
      learningRate: 1e-3,
      faults: { perception: [], reasoning: [] },
      probe: { part: 'heldout', n: 1 },
    } as const;
    loseAfter(9);
    page.send(warmUp);
    await page.until(() => (page.of('warmupProgress').at(-1)?.progress?.measuring ?? null) === null);
    await page.recover();
    expect(page.of('warmupProgress').at(-1)?.progress).toBeNull();
    page.send(warmUp);
    await page.until(() => page.of('warmedUp').length === 1);
    gpuDevice().destroy();
    await page.until(() => page.status === 'lost');
    page.startRun();
    await page.until(() => page.of('started').length === 2 && page.status === 'idle');
    await page.step();
    expect(page.groups).toEqual(golden.slice(0, 1));
  },
  SLOW,
);

test('a number that is not finite pauses the run where it was, and it goes on once it is mended', async () => {
  for (const [phase, label] of [
    ['rollout', 'pixels'],
    ['update', 'advantages'],
  ] as const) {
    await page.stopBefore(phase);
    const { length } = page.of('error');
    corruptNext(label);
    page.send({ type: 'play' });
    await page.until(() => page.of('error').length > length && page.status === 'paused');
    const { where, suggestion } = page.of('error')[length].error;
    expect(where).toBe(`${phase} of step 1`);
    expect(suggestion).toContain('The run stands as it was before. Lower the learning rate');
    expect(page.phase).toBe(phase);
  }
  await page.step();
  expect(page.groups).toEqual(golden.slice(0, 1));
  // One that explodes leaves finite numbers behind once; the rollouts find out.
  page.startRun({ optimizer: { ...config.optimizer, learningRate: 1e25 } });
  await page.until(() => page.of('started').length === 2 && page.status === 'idle');
  const { length } = page.of('error');
  page.send({ type: 'play' });
  await page.until(() => page.of('error').length > length && page.status === 'paused');
  expect(page.of('error')[length].error).toMatchObject({ where: 'rollout of step 2' });
  expect(page.groups).toHaveLength(2);
});

test('nothing grows from step to step, whatever the lengths of the responses', async () => {
  page.startRun({ sampling: { ...config.sampling, temperature: 2, maxNewTokens: 28 } });
  await page.until(() => page.of('started').length === 2 && page.status === 'idle');
  const pauseAfter = async (steps: number): Promise<unknown> => {
    page.send({ type: 'play' });
    await page.until(() => page.of('record').length >= steps);
    page.send({ type: 'pause' });
    await page.until(() => page.status === 'paused');
    // The snapshot of a pause is read back a moment later, through a buffer of its own.
    await page.settle(() => held.buffers);
    return { ...held, report: page.of('memory').at(-1)?.memory };
  };
  const before = await pauseAfter(5);
  expect(await pauseAfter(15)).toEqual(before);
  const lengths = page.groups.flatMap((groups) =>
    groups.flatMap(({ rollouts }) => rollouts.map(({ tokenIds }) => tokenIds.length)),
  );
  expect(new Set(lengths).size).toBeGreaterThan(3);
});
