/** A policy's responses to samples, measured one by one. Description measures use the truth, which no reward may see. */
import { hashText } from '../random.ts';
import { scoreResponse } from '../rewards/score.ts';
import { PEBR_RECIPES } from '../rewards/recipes.ts';
import { PixelCache } from '../rl/pixelCache.ts';
import { promptOf } from '../rl/promptOf.ts';
import { generateRollouts, macrotasks, type GeneratedRollout } from '../rl/rollout.ts';
import { rewardInput } from '../rl/scorePhase.ts';
import type { TrainerParts } from '../rl/trainerState.ts';
import type { Part, Sample } from '../tasks/types.ts';
import { measureDescription } from './measureDescription.ts';

/** How responses are drawn. */
export interface ResponseOptions {
  /** Sampled responses a sample at the temperature, besides the greedy one; 0: the greedy one alone. */
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  /** Samples between two reports of progress; changes no row. Default 64. */
  readonly samplesAtOnce?: number;
}

export interface EvalOptions extends ResponseOptions {
  readonly part: Part;
  /** Samples from the start of the part; all of them when there are fewer. */
  readonly n: number;
}

/** Called between chunks; aborting rejects with the signal's reason and leaves nothing allocated. */
export interface EvalHooks {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What measuring needs of a run: no scorer, because no similarity is measured. */
export type EvalParts = Omit<TrainerParts, 'scorer'>;

/** One response to one sample with its measures, each in [0, 1] but for the length. */
export interface EvalRow {
  readonly qid: string;
  readonly kind: string;
  readonly decoding: 'greedy' | 'sampled';
  /** Position among the sample's sampled responses; 0 for the greedy one. */
  readonly draw: number;
  readonly accuracy: number;
  /** null where no truth is known. */
  readonly description_f1: number | null;
  readonly description_precision: number | null;
  readonly description_recall: number | null;
  /** Share of the key words found, as substrings, anywhere in the response: METHOD's keyword measure. */
  readonly keyword: number;
  readonly format: number;
  /** Tokens, the end token included. */
  readonly length: number;
  readonly response: string;
}

const SAMPLES_AT_ONCE = 64;
const EVAL_STREAM = hashText('eval') | 0;

/** Rows of the first `n` samples of a part, sample by sample, the greedy response first. Throws when there are none. */
export async function evaluateRows(
  parts: EvalParts,
  options: EvalOptions,
  hooks: EvalHooks = {},
): Promise<EvalRow[]> {
  const { tasks } = parts;
  const n = Math.min(options.n, tasks.size(options.part));
  if (n === 0)
    throw new Error(`The ${options.part} part of ${tasks.name} has no samples; choose another part.`);
  const samples = Array.from({ length: n }, (_, index) => tasks.sample(options.part, index));
  return rowsOf(parts, samples, options, hooks);
}

/**
 * Rows of given samples. Deterministic: draws are addressed by (seed, position, draw), so that the same options give
 * the same rows on the same backend, whatever the chunks.
 */
export async function rowsOf(
  parts: EvalParts,
  samples: readonly Sample[],
  options: ResponseOptions,
  { onProgress, signal }: EvalHooks = {},
): Promise<EvalRow[]> {
  const rows: EvalRow[] = [];
  const pixels = new PixelCache(parts.preprocessing);
  const { samplesAtOnce = SAMPLES_AT_ONCE } = options;
  // A chunk may be over before its rollouts give way, and a whole evaluation with it.
  const giveWay = macrotasks();
  for (let from = 0; from < samples.length; from += samplesAtOnce) {
    await giveWay();
    signal?.throwIfAborted();
    const chunk = samples.slice(from, from + samplesAtOnce);
    const images = await pixels.batch(chunk);
    const greedy = await respond(
      parts,
      chunk,
      images,
      from,
      { ...options, samples: 1, temperature: 0 },
      signal,
    );
    const sampled = options.samples > 0 ? await respond(parts, chunk, images, from, options, signal) : null;
    chunk.forEach((sample, s) => {
      rows.push(row(parts, sample, 'greedy', 0, greedy[s][0]));
      sampled?.[s].forEach((rollout, draw) => rows.push(row(parts, sample, 'sampled', draw, rollout)));
    });
    onProgress?.(from + chunk.length, samples.length);
  }
  return rows;
}

function respond(
  parts: EvalParts,
  samples: readonly Sample[],
  pixels: Float32Array,
  from: number,
  { samples: perSample, temperature, topP, maxNewTokens, seed }: ResponseOptions,
  signal?: AbortSignal,
): Promise<GeneratedRollout[][]> {
  return generateRollouts(
    parts.policy,
    samples.map((sample) => ({ ids: promptOf(parts, sample) })),
    pixels,
    perSample,
    { temperature, topP, topK: 0, maxNewTokens },
    { seed, step: EVAL_STREAM, groups: samples.map((_, index) => from + index) },
    { signal },
  );
}

function row(
  { tokenizer, tasks }: EvalParts,
  sample: Sample,
  decoding: EvalRow['decoding'],
  draw: number,
  { tokenIds }: GeneratedRollout,
): EvalRow {
  const response = tokenizer.decode(tokenIds);
  const input = rewardInput(sample, { response, responseTokens: tokenIds.length });
  const { terms, text } = scoreResponse('perception', input, null, PEBR_RECIPES.perception, 'offline');
  const value = (name: string): number => terms.find((term) => term.name === name)?.value ?? 0;
  const description = measureDescription(tasks, sample, text);
  return {
    qid: sample.qid,
    kind: sample.kind,
    decoding,
    draw,
    accuracy: value('accuracy'),
    description_f1: description?.f1 ?? null,
    description_precision: description?.precision ?? null,
    description_recall: description?.recall ?? null,
    keyword: value('keyword'),
    format: value('format'),
    length: tokenIds.length,
    response,
  };
}
