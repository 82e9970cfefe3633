/** The training plan of each optimiser, made when first needed and again when it has to take more at once. */
import type * as tf from '@tensorflow/tfjs-core';
import { withinMemory } from '../compute/webgpu/buffers.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { FlatAdamW } from '../compute/webgpu/flatAdamW.ts';
import { compiled } from '../compute/webgpu/plan.ts';
import { gpuTuning } from '../compute/webgpu/tuning.ts';
import { CONNECTOR, VISION_PREFIX } from '../model/layout.ts';
import { TrainingPlan, type Trains } from '../model/plans/trainingPlan.ts';
import { planObstacle, type Capacity } from '../model/plans/workspace.ts';
import type { TokenBatch } from './batch.ts';
import type { UpdateParts } from './updatePhase.ts';

/** Sizes grow in steps of so many tokens, so that a run needs few plans. */
const BUCKET = 32;
/** Submits that may wait on the GPU. */
const IN_FLIGHT = 2;

/** What is trained, with what. */
interface TrainedParts extends UpdateParts {
  /** Keep fewer activations and compute them again. */
  readonly recompute?: boolean;
}

/** Rows that go through the policy together. */
interface Piece {
  readonly groups: { readonly length: number };
  readonly batch: TokenBatch;
}

const bucketed = (tokens: number): number => Math.ceil(tokens / BUCKET) * BUCKET;

/** What all these pieces fit into, and what the plan could take before. */
function capacityFor(pieces: readonly Piece[], before: Capacity | undefined): Capacity {
  const most = (of: (piece: Piece) => number, known = 0) => Math.max(known, ...pieces.map(of));
  return {
    groups: most(({ groups }) => groups.length, before?.groups),
    rows: most(({ batch }) => batch.rows, before?.rows),
    length: most(({ batch }) => bucketed(batch.length), before?.length),
    window: most(({ batch }) => bucketed(batch.width), before?.window),
  };
}

function trainsOf(trained: ReadonlyMap<string, tf.Variable>): Trains {
  const names = [...trained.keys()];
  if (names.some((name) => name.startsWith(VISION_PREFIX))) return 'everything';
  return names.includes(CONNECTOR) ? 'connector and language' : 'language';
}

const plans = new WeakMap<FlatAdamW, { plan: TrainingPlan; made: string; reference: GPUBuffer | null }>();

/** A plan, with the optimiser it adds gradients for. */
export interface FoundPlan {
  readonly plan: TrainingPlan;
  readonly adamw: FlatAdamW;
}

/**
 * A plan that takes these pieces; null where it has to go through tfjs. Throws a GpuMemoryError where it does not fit
 * the GPU.
 */
export async function trainingPlanOf(
  { policy, reference, trained, optimizer, recompute = false }: TrainedParts,
  pieces: readonly Piece[],
): Promise<FoundPlan | null> {
  if (!(optimizer instanceof FlatAdamW) || !policy.flat || planObstacle(policy.config)) return null;
  if (reference && !reference.flat) return null;
  const known = plans.get(optimizer);
  const referenceBuffer = reference?.flat?.buffer ?? null;
  const capacity = capacityFor(pieces, known?.plan.capacity);
  const made = JSON.stringify({ capacity, recompute });
  const fits = known?.reference === referenceBuffer && known.made === made;
  if (known && fits) return { plan: known.plan, adamw: optimizer };
  const device = gpuDevice();
  const { flat, config } = policy;
  const { gradients, guard } = optimizer;
  const options = { capacity, gradients, guard, reference: reference?.flat ?? null };
  // Both at once may be too much.
  plans.delete(optimizer);
  optimizer.attach(null);
  const make = () =>
    new TrainingPlan(device, config, flat, {
      ...options,
      trains: trainsOf(trained),
      recompute,
      tuning: gpuTuning(device),
    });
  const plan = await compiled(await withinMemory(device, 'update', make));
  optimizer.attach(plan);
  plans.set(optimizer, { plan, made, reference: referenceBuffer });
  return { plan, adamw: optimizer };
}

/** Submits what `record` records for each piece, never far ahead of the GPU. */
export async function submitEach<P>(
  pieces: readonly P[],
  record: (encoder: GPUCommandEncoder, piece: P, index: number) => void | Promise<void>,
  onDone?: () => void,
): Promise<void> {
  const device = gpuDevice();
  const flying: Promise<void>[] = [];
  for (const [index, piece] of pieces.entries()) {
    const encoder = device.createCommandEncoder({ label: 'micro-batch' });
    await record(encoder, piece, index);
    device.queue.submit([encoder.finish()]);
    flying.push(device.queue.onSubmittedWorkDone().then(() => onDone?.()));
    if (flying.length > IN_FLIGHT) await flying.shift();
  }
  await Promise.all(flying);
}
