/** A checkpoint as Hugging Face lays it out in a folder, read from and written to named files. */
import { buildTokenizerConfig } from './buildTokenizer.ts';
import { readConfig, writeConfig } from './config.ts';
import { readPreprocessing, writePreprocessing } from './preprocess.ts';
import { readSafetensors, writeSafetensors, type StoredType } from './safetensors.ts';
import type { ImagePreprocessing, NamedTensor, NamedTensors, PolicyConfig } from './types.ts';

/** Reads a file of a folder by its name; null when it is not there. */
export type CheckpointFiles = (name: string) => Promise<Uint8Array | null>;

export interface Checkpoint {
  readonly config: PolicyConfig;
  readonly tensors: NamedTensors;
  readonly preprocessing: ImagePreprocessing;
  /** Parsed tokenizer.json; null when the folder has none. */
  readonly tokenizerJson: unknown;
  /** Parsed tokenizer_config.json; null when the folder has none. */
  readonly tokenizerConfig: unknown;
  /** Our own keys of config.json; `pebr` is kept through a round trip. */
  readonly extras: { readonly pebr?: unknown };
}

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/** Reads config, weights (one file or shards), preprocessing and tokenizer. Throws naming file and field. */
export async function readCheckpoint(files: CheckpointFiles): Promise<Checkpoint> {
  const configJson = await readJson(files, 'config.json');
  if (configJson === null) throw new Error('config.json is missing; a checkpoint folder needs one.');
  const config = readConfig(configJson);
  const { pebr } = configJson as { pebr?: unknown }; // readConfig has seen that it is an object
  return {
    config,
    tensors: await readWeights(files),
    preprocessing: readPreprocessing(await readJson(files, 'preprocessor_config.json'), config),
    tokenizerJson: await readJson(files, 'tokenizer.json'),
    tokenizerConfig: await readJson(files, 'tokenizer_config.json'),
    extras: pebr === undefined ? {} : { pebr },
  };
}

/** The files of a checkpoint. transformers opens them as SmolVLMForConditionalGeneration. */
export function writeCheckpoint(
  checkpoint: Checkpoint,
  dtype: StoredType = 'F32',
): Map<string, Uint8Array<ArrayBuffer>> {
  const { config, tensors, preprocessing, tokenizerJson, tokenizerConfig, extras } = checkpoint;
  const { bos_token_id, eos_token_id, pad_token_id } = config.text;
  const json = new Map<string, unknown>([
    ['config.json', writeConfig(config, extras)],
    ['preprocessor_config.json', writePreprocessing(preprocessing)],
    ['generation_config.json', { bos_token_id, eos_token_id, pad_token_id }],
  ]);
  if (tokenizerJson !== null) {
    json.set('tokenizer.json', tokenizerJson);
    json.set('tokenizer_config.json', tokenizerConfig ?? buildTokenizerConfig());
  }
  const files = new Map<string, Uint8Array<ArrayBuffer>>([[SINGLE_FILE, writeSafetensors(tensors, dtype)]]);
  for (const [name, value] of json) {
    files.set(name, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  }
  return files;
}

async function readWeights(files: CheckpointFiles): Promise<NamedTensors> {
  const single = await files(SINGLE_FILE);
  if (single) return namedIn(SINGLE_FILE, () => readSafetensors(single));
  const index = await readJson(files, INDEX_FILE);
  if (index === null) throw new Error(`${SINGLE_FILE} is missing; a checkpoint folder needs its weights.`);
  const { weight_map: map } = index as { weight_map?: unknown };
  if (typeof map !== 'object' || map === null) {
    throw new Error(`${INDEX_FILE}: weight_map must map tensor names to files, got ${JSON.stringify(map)}.`);
  }
  const tensors = new Map<string, NamedTensor>();
  for (const shard of new Set(Object.values(map))) {
    const bytes = typeof shard === 'string' ? await files(shard) : null;
    if (!bytes) throw new Error(`${String(shard)} is missing; ${INDEX_FILE} names it.`);
    for (const [name, tensor] of namedIn(String(shard), () => readSafetensors(bytes)))
      tensors.set(name, tensor);
  }
  return tensors;
}

async function readJson(files: CheckpointFiles, name: string): Promise<unknown> {
  const bytes = await files(name);
  if (!bytes) return null;
  return namedIn(name, () => JSON.parse(new TextDecoder().decode(bytes)) as unknown);
}

/** Runs a parser; its error gets the file's name where it does not say it already. */
function namedIn<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(message.includes(file) ? message : `${file}: ${message}`, { cause });
  }
}
