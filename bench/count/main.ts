/**
 * Counts the contender and the scenario named on its command line; a line of JSON a measurement. Run by
 * scripts/benchCounted.mjs.
 */
import '../iteratorHelpers.ts';
import { create, globals } from 'webgpu';
import { madeUpBatch } from '../../src/engine/measure/batch.ts';
import { GpuCounter, type Counts } from '../../src/engine/measure/gpuCounter.ts';
import type { Contender } from '../../src/engine/measure/index.ts';
import { loadContender, type ContenderName } from '../contenders.ts';
import type { Counted, CountedMeasure } from '../results.ts';
import { makeBuffersSmall } from './smallBuffers.ts';
import { initialWeights } from './weights.ts';
import { QUESTION_TOKENS, SCENARIOS } from './scenarios.ts';

/**
 * JavaScript's time varies, and falls while it is compiled: calls until so much time has passed, as a run makes
 * hundreds, and the median of the last ones. The other counts are the same every time.
 */
const REPEATS = { least: 5, most: 60, milliseconds: 400, last: 5 };

Object.assign(globalThis, globals);
// First, so that the counter sees the sizes that were asked for.
makeBuffersSmall();
const counter = new GpuCounter(() => {
  const { user, system } = process.cpuUsage();
  return user + system;
});
readZeros();
endOnError();
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: create(['backend=null']), userAgent: 'node', hardwareConcurrency: 1 },
  configurable: true,
});

/** What is read back are zeros: memory that no kernel wrote holds anything, also what is no finite number. */
function readZeros(): void {
  const buffers = GPUBuffer.prototype as unknown as Record<string, (...range: number[]) => ArrayBuffer>;
  const original = buffers.getMappedRange;
  buffers.getMappedRange = function (this: GPUBuffer, ...part: number[]): ArrayBuffer {
    const range = original.apply(this, part);
    if (this.usage & GPUBufferUsage.MAP_READ) new Uint8Array(range).fill(0);
    return range;
  };
}

async function median(call: () => Promise<unknown>): Promise<Counts> {
  const { least, most, milliseconds, last } = REPEATS;
  const all: Counts[] = [];
  const end = performance.now() + milliseconds;
  while (all.length < least || (all.length < most && performance.now() < end)) {
    all.push(await counter.count(call));
  }
  const counted = all.slice(-last).sort((a, b) => a.javascriptMicroseconds - b.javascriptMicroseconds);
  return counted[Math.floor(last / 2)];
}

async function measure(contender: Contender, emit: (measure: CountedMeasure, counts: Counts) => void) {
  // The first calls compile, allocate and fill pools.
  await contender.trainMicroBatch();
  await contender.trainMicroBatch();
  emit('training', await median(() => contender.trainMicroBatch()));
  if (contender.optimise) {
    await contender.optimise();
    emit('optimiser', await median(() => contender.optimise!()));
  }
  await contender.rolloutBatch(1);
  emit('rollouts', await median(() => contender.rolloutBatch(2)));
}

/** After an error of the device nothing is counted right, whoever swallows it. */
function endOnError(): void {
  const adapters = GPUAdapter.prototype as unknown as Record<
    string,
    (...args: unknown[]) => Promise<GPUDevice>
  >;
  const original = adapters.requestDevice;
  adapters.requestDevice = async function (this: GPUAdapter, ...args: unknown[]): Promise<GPUDevice> {
    const device = await original.apply(this, args);
    device.addEventListener('uncapturederror', ({ error }) => {
      console.error(error.message);
      process.exit(1);
    });
    return device;
  };
}

const [name, wanted] = process.argv.slice(2) as [ContenderName, string];
const scenario = SCENARIOS.find((entry) => entry.name === wanted);
if (!scenario) throw new Error(`count: no scenario "${wanted}"`);
const { config, sizes } = scenario;
const contender = await loadContender(name, { timed: false });
await contender.prepare(config, initialWeights(config), madeUpBatch(config, sizes, QUESTION_TOKENS));
await measure(contender, (measured, counts) => {
  const line: Counted = {
    scenario: wanted,
    contender: name,
    measure: measured,
    tokens: sizes.maxNewTokens,
    counts,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
// Dawn keeps the process alive, so it is ended by hand, once stdout has taken everything.
process.stdout.write('', () => process.exit(0));
