/** A checkpoint's files made into what a trainer works with. */
import { readCheckpoint, type Checkpoint, type CheckpointFiles } from '../model/checkpoint.ts';
import { Policy } from '../model/policy.ts';
import { INSTRUCTION } from '../model/prompt.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import type { ImageTextScorer } from '../rewards/types.ts';
import type { TaskSet } from '../tasks/types.ts';
import type { TrainerParts } from './trainerState.ts';
import type { CheckpointCard } from './types.ts';

/** What we keep under the key `pebr` of a checkpoint's config.json; other checkpoints have none. */
export interface PebrExtras {
  /** Text of the instruction the policy was trained with. */
  readonly instruction?: string;
  readonly card?: CheckpointCard;
  /** The commands that made the weights, in order. */
  readonly history?: readonly string[];
}

export interface RunParts extends TrainerParts {
  readonly card: CheckpointCard | null;
  readonly checkpoint: Checkpoint;
}

/** Loads policy and tokenizer. Throws, naming file and field, when the checkpoint is incomplete or malformed. */
export async function loadRunParts(
  files: CheckpointFiles,
  tasks: TaskSet,
  scorer: ImageTextScorer,
): Promise<RunParts> {
  const checkpoint = await readCheckpoint(files);
  if (!checkpoint.tokenizerJson) {
    throw new Error('The checkpoint has no tokenizer.json; add the one the model was trained with.');
  }
  const extras = pebrExtras(checkpoint);
  return {
    policy: Policy.fromTensors(checkpoint.config, checkpoint.tensors),
    tokenizer: Tokenizer.fromJson(checkpoint.tokenizerJson, checkpoint.tokenizerConfig ?? {}),
    tasks,
    scorer,
    preprocessing: checkpoint.preprocessing,
    instruction: extras.instruction ?? INSTRUCTION,
    card: extras.card ?? null,
    checkpoint,
  };
}

/** Our own key of config.json, where there is one. */
export function pebrExtras(checkpoint: Pick<Checkpoint, 'extras'>): PebrExtras {
  const value = checkpoint.extras.pebr;
  return typeof value === 'object' && value !== null ? value : {};
}
