/** Rewards and measures of a step's rollouts. A reward sees a RewardInput and pixels, nothing else of a sample. */
import { measureDescription } from '../eval/measureDescription.ts';
import { customInput, runCustomCode, type CustomResult } from '../rewards/custom/index.ts';
import { extractDescription } from '../rewards/description.ts';
import { rewardText } from '../rewards/rewardText.ts';
import { scoreResponse } from '../rewards/score.ts';
import type { ImageTextScorer, Recipe, RewardInput, RewardScore, RewardStage } from '../rewards/types.ts';
import type { RasterImage, Sample, TaskSet } from '../tasks/types.ts';

/** A response to be scored, with its length in tokens (end token included). */
export interface ScorableResponse {
  readonly response: string;
  readonly responseTokens: number;
}

export interface ScoredResponse {
  readonly score: RewardScore;
  readonly accuracy: 0 | 1;
  readonly descriptionF1: number | null;
}

/** What a reward may see of a sample. */
export function rewardInput(sample: Sample, response: ScorableResponse): RewardInput {
  return {
    response: response.response,
    responseTokens: response.responseTokens,
    key_words: sample.key_words,
    answer: sample.answer,
  };
}

/** Similarity of every response's description with the sample's first image, one scorer call for all. */
async function similarities(
  scorer: ImageTextScorer,
  samples: readonly Sample[],
  responses: readonly (readonly ScorableResponse[])[],
): Promise<Similarity[][]> {
  const images: RasterImage[] = [];
  const texts: string[] = [];
  for (const [s, sample] of samples.entries()) {
    const image = await sample.images[0].load();
    for (const { response } of responses[s]) {
      images.push(image);
      texts.push(extractDescription(rewardText(response)));
    }
  }
  const about = { scorer: scorer.id, threshold: scorer.threshold };
  let values: Float32Array | null = null;
  let error = '';
  try {
    values = await scorer.score(images, texts);
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  let next = 0;
  return responses.map((group) =>
    group.map(() => {
      const value = values ? values[next] : null;
      next += 1;
      return value === null ? { ...about, value, error } : { ...about, value };
    }),
  );
}

interface Similarity {
  readonly value: number | null;
  readonly error?: string;
  readonly scorer: string;
  readonly threshold: number;
}

/** [sample][response] → what each of the recipe's custom terms gave it, in the recipe's order. */
async function customResults(
  { custom = [] }: Recipe,
  samples: readonly Sample[],
  responses: readonly (readonly ScorableResponse[])[],
): Promise<CustomResult[][][]> {
  const results = responses.map((group) => group.map((): CustomResult[] => []));
  const inputs = samples.flatMap((sample, s) => responses[s].map((one) => customInput(sample, one)));
  for (const { code } of custom) {
    const given = await runCustomCode(code, inputs);
    let next = 0;
    for (const of of results.flat()) {
      const { value, note, spans, error } = given[next];
      of.push({ value, note, spans, error });
      next += 1;
    }
  }
  return results;
}

/** Rewards of each sample's responses under a stage's recipe, with accuracy and description F1 as measures. */
export async function scoreGroups(
  stage: RewardStage,
  recipe: Recipe,
  scorer: ImageTextScorer,
  tasks: TaskSet,
  samples: readonly Sample[],
  responses: readonly (readonly ScorableResponse[])[],
): Promise<ScoredResponse[][]> {
  const usesClip = stage === 'perception';
  const similarity = usesClip ? await similarities(scorer, samples, responses) : null;
  const custom = await customResults(recipe, samples, responses);
  return samples.map((sample, s) =>
    responses[s].map((response, r) => {
      const score = scoreResponse(
        stage,
        rewardInput(sample, response),
        similarity?.[s]?.[r] ?? null,
        recipe,
        'training',
        custom[s][r],
      );
      const accuracy = score.terms.find((term) => term.name === 'accuracy')?.value === 1 ? 1 : 0;
      return { score, accuracy, descriptionF1: measureDescription(tasks, sample, score.text)?.f1 ?? null };
    }),
  );
}
