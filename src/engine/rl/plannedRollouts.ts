/** Rollouts by the policy's static plans, which are made once a policy and kept as long as it. */
import { withinMemory } from '../compute/webgpu/buffers.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import type { FlatBuffer } from '../compute/webgpu/flatBuffer.ts';
import { compiled } from '../compute/webgpu/plan.ts';
import { ROW_STATES } from '../compute/webgpu/sampler.ts';
import {
  DecodePlan,
  fits,
  promptsAtOnce,
  type DecodedRows,
  type DecodeOptions,
} from '../model/plans/decodePlan.ts';
import type { DecodeCapacity } from '../model/plans/tokenStep.ts';
import { planObstacle } from '../model/plans/workspace.ts';
import type { Policy } from '../model/policy.ts';
import type { GeneratedRollout, RolloutKeys, RolloutPrompt } from './rollout.ts';
import { notFinite } from './sampler.ts';
import type { SamplingConfig } from './types.ts';

/** The plan of a policy, and when its last batch is over. */
interface Kept {
  plan: DecodePlan | null;
  free: Promise<unknown>;
}

const keptPlans = new WeakMap<FlatBuffer, Kept>();

/** Prompts' capacity grows by this many tokens. */
const LENGTH_STEP = 32;

/** Do plans decode these prompts? A prompt's last token is fed as a word is. */
export function canPlan({ flat, config }: Policy, prompts: readonly RolloutPrompt[]): boolean {
  return (
    flat !== null &&
    planObstacle(config) === null &&
    prompts.every(({ ids }) => ids.at(-1) !== config.image_token_id)
  );
}

/** In steps, so that many batches share a plan. */
const promptLength = (prompts: readonly RolloutPrompt[]): number =>
  Math.ceil(Math.max(...prompts.map(({ ids }) => ids.length)) / LENGTH_STEP) * LENGTH_STEP;

/** Groups that the device can decode at once. */
export function groupsThatFit(
  { config }: Policy,
  prompts: readonly RolloutPrompt[],
  groupSize: number,
  { maxNewTokens }: SamplingConfig,
): number {
  return promptsAtOnce(gpuDevice().limits, config, {
    rowsPerGroup: groupSize,
    promptLength: promptLength(prompts),
    newTokens: maxNewTokens,
  });
}

function keptFor(flat: FlatBuffer): Kept {
  let kept = keptPlans.get(flat);
  if (!kept) {
    const made: Kept = { plan: null, free: Promise.resolve() };
    flat.onDispose(() => made.plan?.dispose());
    keptPlans.set(flat, (kept = made));
  }
  return kept;
}

/** The policy's plan, made anew where its capacity does not suffice. Capacity only grows. */
async function planFor(
  policy: Policy,
  flat: FlatBuffer,
  kept: Kept,
  needed: DecodeCapacity,
): Promise<DecodePlan> {
  const { plan } = kept;
  if (plan && fits(needed, plan.capacity)) return plan;
  const most = (of: keyof DecodeCapacity) => Math.max(needed[of], plan?.capacity[of] ?? 0);
  const capacity = {
    groups: most('groups'),
    rows: most('rows'),
    promptLength: most('promptLength'),
    newTokens: most('newTokens'),
  };
  plan?.dispose();
  kept.plan = null;
  const device = gpuDevice();
  const make = () => new DecodePlan(device, policy.config, flat, capacity);
  return (kept.plan = await compiled(await withinMemory(device, 'rollouts', make)));
}

/** Rows group by group: [prompts × groupSize]. Batches of one policy wait for each other. */
export async function plannedRollouts(
  policy: Policy,
  prompts: readonly RolloutPrompt[],
  pixels: Float32Array,
  groupSize: number,
  { maxNewTokens, temperature, topP, topK }: SamplingConfig,
  { seed, step, groups }: RolloutKeys,
  options: DecodeOptions,
): Promise<GeneratedRollout[]> {
  const { flat } = policy;
  if (!flat) throw new Error('plannedRollouts: the policy has no flat memory');
  const kept = keptFor(flat);
  const needed = {
    groups: prompts.length,
    rows: prompts.length * groupSize,
    promptLength: promptLength(prompts),
    newTokens: maxNewTokens,
  };
  const input = {
    pixels,
    prompts: prompts.map(({ ids }) => ids),
    groups,
    rowsPerGroup: groupSize,
    newTokens: maxNewTokens,
    temperature,
    topP,
    topK,
    seed,
    step,
  };
  const decoded = kept.free.then(async () => {
    const plan = await planFor(policy, flat, kept, needed);
    return plan.run(input, options);
  });
  kept.free = decoded.catch(() => undefined);
  return rollouts(await decoded, maxNewTokens, policy.config.text.eos_token_id);
}

/** A part as a plain array; `Array.from` takes four times as long. */
function plain(values: Int32Array | Float32Array, start: number, end: number): number[] {
  const part: number[] = [];
  for (let i = start; i < end; i++) part.push(values[i]);
  return part;
}

function rollouts(
  { tokens, logProbs, states }: DecodedRows,
  newTokens: number,
  eos: number,
): GeneratedRollout[] {
  const failed = states.indexOf(ROW_STATES.notFinite);
  if (failed >= 0) throw notFinite(failed);
  return Array.from(states, (state, row): GeneratedRollout => {
    const start = row * newTokens;
    const ended = state === ROW_STATES.ended;
    const end = ended ? tokens.indexOf(eos, start) + 1 : start + newTokens;
    return {
      tokenIds: plain(tokens, start, end),
      logProbs: plain(logProbs, start, end),
      stopReason: ended ? 'eos' : 'length',
    };
  });
}
