/** A measurement at the start that decides how the dense layers of a device are computed. */
import { isSoftwareDevice } from '../gpu.ts';
import { partsSize } from './linear.ts';
import { LINEAR, type Matmul } from './linearVariants.ts';
import { Plan } from './plan.ts';

export interface MatmulChoice {
  readonly chosen: Matmul;
  /** Of the same products, the shortest of a few tries. */
  readonly milliseconds: Readonly<Record<Matmul, number>>;
}

/** From the simplest on. A later one is chosen only where it saves this share of the time, so that noise does not change the choice. */
const VARIANTS = ['registers', 'blocks', 'tiles'] as const satisfies readonly Matmul[];
const WORTH = 0.1;
/** Rounds in which all take turns, after a first one, for which they are compiled; fewer where they take long. */
const ROUNDS = 5;
const LONG_MS = 250;
/** So many times as long as the best, a variant is not tried again. */
const HOPELESS = 2;

const HARDWARE_WORK = { rows: 4096, width: 256, repeats: 5, backward: true };
/** Forward alone: a software adapter takes longer to compile a kernel than to run it. */
const SOFTWARE_WORK = { rows: 1024, width: 128, repeats: 2, backward: false };

const measured = new WeakMap<GPUDevice, MatmulChoice>();

/** What was measured on a device; null before. */
export function measuredMatmul(device: GPUDevice): MatmulChoice | null {
  return measured.get(device) ?? null;
}

interface Candidate {
  readonly matmul: Matmul;
  /** Computes once; resolves with how long it took, in milliseconds. */
  readonly run: () => Promise<number>;
  readonly dispose: () => void;
}

/** x·Wᵀ, and dy·W and dyᵀ·x where backward counts, of a square layer, whose numbers are 0: how long they take does not depend on them. */
function candidate(device: GPUDevice, matmul: Matmul): Candidate {
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
    plan.add(forward('plain', { bias: false }), { x, parameters, out }, () => call);
    if (!backward) continue;
    plan.add(inputGradient('set'), { dy: out, parameters, dx }, () => call);
    plan.add(weightGradientParts, { dy: out, x, parts }, () => call);
  }
  plan.prepare(null);
  return {
    matmul,
    run: async () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      plan.record(pass);
      pass.end();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    },
    dispose: () => {
      plan.dispose();
      for (const each of made) each.destroy();
    },
  };
}

/** The shortest time of each variant. */
async function shortestTimes(device: GPUDevice): Promise<Record<Matmul, number>> {
  const shortest = { registers: Infinity, blocks: Infinity, tiles: Infinity };
  const candidates = VARIANTS.map((matmul) => candidate(device, matmul));
  try {
    for (const { run } of candidates) await run();
    let spent = 0;
    for (let round = 0; round < ROUNDS && spent < LONG_MS; round++) {
      const best = Math.min(...Object.values(shortest));
      const hopeful = candidates.filter(({ matmul }) => round === 0 || shortest[matmul] < HOPELESS * best);
      for (const { matmul, run } of hopeful) {
        const time = await run();
        shortest[matmul] = Math.min(shortest[matmul], time);
        spent += time;
      }
    }
    return shortest;
  } finally {
    for (const { dispose } of candidates) dispose();
  }
}

/** Measures a device that was not measured before; `gpuTuning` then follows. */
export async function measureMatmul(device: GPUDevice): Promise<MatmulChoice> {
  const known = measured.get(device);
  if (known) return known;
  return noteMatmul(device, await shortestTimes(device));
}

/** Makes times known as those of a device. */
export function noteMatmul(device: GPUDevice, milliseconds: MatmulChoice['milliseconds']): MatmulChoice {
  const choice = choose(milliseconds);
  measured.set(device, choice);
  return choice;
}

const NAMES: Readonly<Record<Matmul, string>> = {
  registers: '4 × 4 in registers',
  blocks: '8 × 8 in registers',
  tiles: '32 × 32 in shared memory',
};

/** In words: "8 × 8 in registers (4 × 4 in registers takes 1.8× as long, 32 × 32 in shared memory 3.0×)". */
export function describeMatmul({ chosen, milliseconds }: MatmulChoice): string {
  const others = VARIANTS.filter((matmul) => matmul !== chosen).map((matmul, i) => {
    const times = (milliseconds[matmul] / milliseconds[chosen]).toFixed(1);
    return `${NAMES[matmul]} ${i === 0 ? `takes ${times}× as long` : `${times}×`}`;
  });
  return `${NAMES[chosen]} (${others.join(', ')})`;
}

/** The first that none of the later ones beats clearly. */
export function choose(milliseconds: MatmulChoice['milliseconds']): MatmulChoice {
  const chosen = VARIANTS.reduce<Matmul>(
    (best, matmul) => (milliseconds[matmul] < (1 - WORTH) * milliseconds[best] ? matmul : best),
    'registers',
  );
  return { chosen, milliseconds };
}
