/** Measures of a policy on a part of a task set. Description measures use the truth, which no reward may see. */
import { hashText } from '../random.ts';
import { scoreResponse } from '../rewards/score.ts';
import { PEBR_RECIPES } from '../rewards/recipes.ts';
import { PixelCache } from '../rl/pixelCache.ts';
import { promptOf } from '../rl/promptOf.ts';
import { generateRollouts } from '../rl/rollout.ts';
import { rewardInput } from '../rl/scorePhase.ts';
import type { TrainerParts } from '../rl/trainerState.ts';
import type { Part, Sample } from '../tasks/types.ts';
import type { DescriptionScore } from './descriptionF1.ts';
import { measureDescription } from './measureDescription.ts';

/** How responses are drawn. */
export interface ResponseOptions {
  /** 0: one greedy response a sample; otherwise this many sampled at the temperature. */
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxNewTokens: number;
  readonly seed: number;
}

export interface EvalOptions extends ResponseOptions {
  readonly part: Part;
  /** Samples from the start of the part; all of them when there are fewer. */
  readonly n: number;
}

export interface EvalMeasures {
  readonly accuracy: number;
  /** null where no truth is known. */
  readonly description_f1: number | null;
  readonly description_precision: number | null;
  readonly description_recall: number | null;
  readonly keyword_recall: number;
  readonly format: number;
  /** Tokens, the end token included. */
  readonly mean_length: number;
}

export interface EvalReport extends EvalMeasures {
  readonly tasks: string;
  readonly part: Part;
  readonly n: number;
  readonly samples: number;
  readonly by_kind: Readonly<Record<string, EvalMeasures & { readonly n: number }>>;
}

interface Row {
  readonly kind: string;
  readonly accuracy: number;
  readonly description: DescriptionScore | null;
  readonly keyword: number;
  readonly format: number;
  readonly length: number;
}

const CHUNK = 64;
const EVAL_STREAM = hashText('eval') | 0;

/** Runs the policy over the part. Deterministic: the same options give the same report on the same backend. */
export async function evaluate(
  parts: Omit<TrainerParts, 'scorer'>,
  options: EvalOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<EvalReport> {
  const { tasks } = parts;
  const n = Math.min(options.n, tasks.size(options.part));
  const samples = Array.from({ length: n }, (_, index) => tasks.sample(options.part, index));
  const rows = await measureSamples(parts, samples, options, onProgress);
  const kinds = [...new Set(rows.map((row) => row.kind))].sort();
  return {
    tasks: tasks.name,
    part: options.part,
    n,
    samples: options.samples,
    ...measures(rows),
    by_kind: Object.fromEntries(
      kinds.map((kind) => {
        const members = rows.filter((row) => row.kind === kind);
        return [kind, { n: members.length / Math.max(1, options.samples), ...measures(members) }];
      }),
    ),
  };
}

/** Measures over given samples, such as a pool of a split. */
export async function evaluateSamples(
  parts: Omit<TrainerParts, 'scorer'>,
  samples: readonly Sample[],
  options: ResponseOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<EvalMeasures> {
  return measures(await measureSamples(parts, samples, options, onProgress));
}

async function measureSamples(
  parts: Omit<TrainerParts, 'scorer'>,
  samples: readonly Sample[],
  options: ResponseOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < samples.length; from += CHUNK) {
    const chunk = samples.slice(from, from + CHUNK);
    rows.push(...(await measureChunk(parts, options, chunk, from)));
    onProgress?.(from + chunk.length, samples.length);
  }
  return rows;
}

async function measureChunk(
  parts: Omit<TrainerParts, 'scorer'>,
  options: ResponseOptions,
  samples: readonly Sample[],
  from: number,
): Promise<Row[]> {
  const { policy, tokenizer, preprocessing } = parts;
  const groups = await generateRollouts(
    policy,
    samples.map((sample) => ({ ids: promptOf(parts, sample) })),
    await new PixelCache(preprocessing).batch(samples),
    Math.max(1, options.samples),
    {
      temperature: options.samples === 0 ? 0 : options.temperature,
      topP: options.topP,
      topK: 0,
      maxNewTokens: options.maxNewTokens,
    },
    { seed: options.seed, step: EVAL_STREAM, groups: samples.map((_, index) => from + index) },
  );
  return samples.flatMap((sample, s) =>
    groups[s].map((rollout) =>
      row(parts, sample, tokenizer.decode(rollout.tokenIds), rollout.tokenIds.length),
    ),
  );
}

function row(parts: Omit<TrainerParts, 'scorer'>, sample: Sample, response: string, length: number): Row {
  const input = rewardInput(sample, { response, responseTokens: length });
  const { terms, text } = scoreResponse('perception', input, null, PEBR_RECIPES.perception, 'offline');
  const value = (name: string): number => terms.find((term) => term.name === name)?.value ?? 0;
  return {
    kind: sample.kind,
    accuracy: value('accuracy'),
    description: measureDescription(parts.tasks, sample, text),
    keyword: value('keyword'),
    format: value('format'),
    length,
  };
}

function measures(rows: readonly Row[]): EvalMeasures {
  const mean = (pick: (row: Row) => number): number =>
    rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  const known = rows.every((row) => row.description !== null);
  const description = (field: 'precision' | 'recall' | 'f1'): number | null =>
    known ? mean((row) => row.description![field]) : null;
  return {
    accuracy: mean((row) => row.accuracy),
    description_f1: description('f1'),
    description_precision: description('precision'),
    description_recall: description('recall'),
    keyword_recall: mean((row) => row.keyword),
    format: mean((row) => row.format),
    mean_length: mean((row) => row.length),
  };
}
