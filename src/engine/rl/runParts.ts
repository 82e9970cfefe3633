/** A checkpoint's files made into what a trainer works with. */
import { readCheckpoint, type Checkpoint } from '../model/checkpoint.ts';
import { Policy } from '../model/policy.ts';
import { INSTRUCTION } from '../model/prompt.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import type { ImageTextScorer } from '../rewards/types.ts';
import type { TaskSet } from '../tasks/types.ts';
import type { TrainerParts } from './trainerState.ts';
import type { CheckpointCard } from './types.ts';

/** Reads a file of a folder by its name; null when it is not there. */
export type FileReader = (name: string) => Promise<Uint8Array | null>;

/** What we keep under the key `pebr` of a checkpoint's config.json; other checkpoints have none. */
export interface PebrExtras {
  /** Text of the instruction the policy was trained with. */
  readonly instruction?: string;
  readonly card?: CheckpointCard;
}

export interface RunParts extends TrainerParts {
  readonly card: CheckpointCard | null;
  readonly checkpoint: Checkpoint;
}

/** Loads policy and tokenizer. Throws, naming file and field, when the checkpoint is incomplete or malformed. */
export async function loadRunParts(
  files: FileReader,
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
    tokenizer: Tokenizer.fromJson(checkpoint.tokenizerJson, tokenIds(checkpoint)),
    tasks,
    scorer,
    preprocessing: checkpoint.preprocessing,
    instruction: extras.instruction ?? INSTRUCTION,
    card: extras.card ?? null,
    checkpoint,
  };
}

/** Our own key of config.json, where there is one. */
export function pebrExtras(checkpoint: Checkpoint): PebrExtras {
  const value = checkpoint.extras.pebr;
  return typeof value === 'object' && value !== null ? (value as PebrExtras) : {};
}

function tokenIds({ config }: Checkpoint): { pad: number; bos: number; eos: number; image: number } {
  const { pad_token_id, bos_token_id, eos_token_id } = config.text;
  return { pad: pad_token_id, bos: bos_token_id, eos: eos_token_id, image: config.image_token_id };
}
