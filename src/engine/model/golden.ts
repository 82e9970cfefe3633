/** Golden values beside a checkpoint, and the tolerances they are held to. */
import type { BackendName } from '../compute/backend.ts';
import { PEBR_OBJECTIVE } from '../rl/presets.ts';
import type { ObjectiveConfig } from '../rl/types.ts';
import type { CheckpointFiles } from './checkpoint.ts';
import { readSafetensors } from './safetensors.ts';
import type { NamedTensor, NamedTensors } from './types.ts';

export interface Golden {
  readonly tensors: NamedTensors;
  readonly temperature: number;
  readonly objective: ObjectiveConfig;
  /** policy_loss, kl and loss, where stored. */
  readonly scalars: ReadonlyMap<string, number>;
  /** [B][new tokens]. */
  readonly greedyNewTokens: readonly (readonly number[])[];
  /** As the file has it: prose, a number, or a number a backend. */
  readonly tolerance: Readonly<Record<string, unknown>>;
}

interface GoldenJson {
  readonly objective: Readonly<Record<string, unknown>>;
  readonly greedy_new_tokens?: readonly (readonly number[])[];
  readonly tolerance?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

function number(json: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = json[name] ?? fallback;
  if (typeof value !== 'number')
    throw new Error(`golden.json: objective.${name} must be a number, got ${JSON.stringify(value)}`);
  return value;
}

function objectiveOf(json: Readonly<Record<string, unknown>>): ObjectiveConfig {
  return {
    ...PEBR_OBJECTIVE,
    clipLow: number(json, 'clip_low', 0.2),
    clipHigh: number(json, 'clip_high', 0.3),
    dualClip: number(json, 'dual_clip', 3),
    klCoefficient: number(json, 'kl_coef', 0.01),
  };
}

/** Reads golden.safetensors and golden.json. Throws naming the file that is missing or the field that is wrong. */
export async function readGolden(files: CheckpointFiles): Promise<Golden> {
  const [tensors, text] = await Promise.all([files('golden.safetensors'), files('golden.json')]);
  if (!tensors || !text) {
    throw new Error(
      `The folder has no ${tensors ? 'golden.json' : 'golden.safetensors'}: give one that holds golden values.`,
    );
  }
  const json = JSON.parse(new TextDecoder().decode(text)) as GoldenJson;
  if (typeof json.objective !== 'object') throw new Error('golden.json: objective is missing');
  const scalars = ['policy_loss', 'kl', 'loss'].flatMap((name): [string, number][] =>
    typeof json[name] === 'number' ? [[name, json[name]]] : [],
  );
  return {
    tensors: readSafetensors(tensors),
    temperature: number(json.objective, 'temperature', 1),
    objective: objectiveOf(json.objective),
    scalars: new Map(scalars),
    greedyNewTokens: json.greedy_new_tokens ?? [],
    tolerance: json.tolerance ?? {},
  };
}

/** The tensor of that name; throws when the file lacks it. */
export function goldenTensor({ tensors }: Golden, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`golden.safetensors: tensor "${name}" is missing`);
  return tensor;
}

/** A number the file gives for a quantity, for all backends or for this one. */
function stated({ tolerance }: Golden, quantity: string, backend: BackendName): number | undefined {
  const value = tolerance[quantity];
  if (typeof value === 'number') return value;
  const own = (value as Readonly<Record<string, unknown>> | undefined)?.[backend];
  return typeof own === 'number' ? own : undefined;
}

/** Absolute tolerance of activations: features, logits, log-probs, entropies. */
export function activationTolerance(golden: Golden, quantity: string, backend: BackendName): number {
  return stated(golden, quantity, backend) ?? (backend === 'webgpu' ? 2e-4 : 5e-5);
}

/** Absolute tolerance of policy_loss, kl and loss. */
export function scalarTolerance(golden: Golden, quantity: string, backend: BackendName): number {
  return stated(golden, quantity, backend) ?? 1e-5;
}

/** c · max|golden gradient| + 1e-6: some gradients are exactly zero but for rounding. */
export function gradientTolerance(golden: Golden, backend: BackendName, largest: number): number {
  const c = stated(golden, 'grad.*', backend) ?? (backend === 'webgpu' ? 1e-3 : 1e-4);
  return c * largest + 1e-6;
}
