/** A few milliseconds at the start that decide how the dense layers of a device are computed. */
import { isSoftwareDevice } from '../gpu.ts';
import { partsSize } from './linear.ts';
import { LINEAR, type Matmul } from './linearVariants.ts';
import { Plan } from './plan.ts';

export interface MatmulChoice {
  readonly chosen: Matmul;
  /** Of the same products, the shortest of a few tries. */
  readonly milliseconds: Readonly<Record<Matmul, number>>;
}

/** Tiles are chosen only where they save this share of the time, so that noise does not change the choice. */
const WORTH = 0.1;
/** After the first run, which compiles: tries of a variant, fewer where they take long. */
const TRIES = 4;
const LONG_MS = 25;

const HARDWARE_WORK = { rows: 4096, width: 256, repeats: 5, backward: true };
/** Forward alone: a software adapter takes longer to compile a kernel than to run it. */
const SOFTWARE_WORK = { rows: 256, width: 64, repeats: 1, backward: false };

const measured = new WeakMap<GPUDevice, MatmulChoice>();

/** What was measured on a device; null before. */
export function measuredMatmul(device: GPUDevice): MatmulChoice | null {
  return measured.get(device) ?? null;
}

/** x·Wᵀ, and dy·W and dyᵀ·x where backward counts, of a square layer, whose numbers are 0: how long they take does not depend on them. */
async function millisecondsOf(device: GPUDevice, matmul: Matmul): Promise<number> {
  const { rows, width, repeats, backward } = isSoftwareDevice(device) ? SOFTWARE_WORK : HARDWARE_WORK;
  const { forward, inputGradient, weightGradientParts } = LINEAR[matmul];
  const call = { rows, inputs: width, layers: [{ outputs: width, weight: 0 }], parts: rows / 256 };
  const made: GPUBuffer[] = [];
  const buffer = (floats: number): GPUBuffer => {
    made.push(device.createBuffer({ label: 'matmul', size: 4 * floats, usage: GPUBufferUsage.STORAGE }));
    return made[made.length - 1];
  };
  const [x, out, dx] = [buffer(rows * width), buffer(rows * width), buffer(rows * width)];
  const [parameters, parts] = [buffer(width * width), buffer(partsSize(call))];
  const plan = new Plan<null>(device, `matmul by ${matmul}`);
  for (let i = 0; i < repeats; i++) {
    plan.add(forward({ bias: false }), { x, parameters, out }, () => call);
    if (!backward) continue;
    plan.add(inputGradient('set'), { dy: out, parameters, dx }, () => call);
    plan.add(weightGradientParts, { dy: out, x, parts }, () => call);
  }
  try {
    plan.prepare(null);
    let [shortest, spent] = [Infinity, 0];
    for (let i = 0; i <= TRIES && spent < LONG_MS; i++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      plan.record(pass);
      pass.end();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      if (i === 0) continue;
      const time = performance.now() - start;
      shortest = Math.min(shortest, time);
      spent += time;
    }
    return shortest;
  } finally {
    plan.dispose();
    for (const each of made) each.destroy();
  }
}

/** Measures a device that was not measured before; `gpuTuning` then follows. */
export async function measureMatmul(device: GPUDevice): Promise<MatmulChoice> {
  const known = measured.get(device);
  if (known) return known;
  const registers = await millisecondsOf(device, 'registers');
  const tiles = await millisecondsOf(device, 'tiles');
  return noteMatmul(device, { registers, tiles });
}

/** Makes times known as those of a device. */
export function noteMatmul(device: GPUDevice, milliseconds: MatmulChoice['milliseconds']): MatmulChoice {
  const choice = choose(milliseconds);
  measured.set(device, choice);
  return choice;
}

/** In words: "registers, 2.1× as fast as tiles". */
export function describeMatmul({ chosen, milliseconds }: MatmulChoice): string {
  const other = chosen === 'registers' ? 'tiles' : 'registers';
  return `${chosen}, ${(milliseconds[other] / milliseconds[chosen]).toFixed(1)}× as fast as ${other}`;
}

/** The faster one, or registers where the difference is small. */
export function choose(milliseconds: MatmulChoice['milliseconds']): MatmulChoice {
  const { registers, tiles } = milliseconds;
  return { chosen: tiles < (1 - WORTH) * registers ? 'tiles' : 'registers', milliseconds };
}
