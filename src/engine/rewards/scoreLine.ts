import { FG_CLIP_THRESHOLD, PEBR_RECIPES } from './recipes.ts';
import { scoreResponse, TERM_ORDER, weightOf } from './score.ts';
import type { Similarity } from './context.ts';
import type { Evidence, Recipe, RewardStage, TermName } from './types.ts';

/** A line of `score`'s input. What is absent is unknown, not empty. */
export interface ScoreLine {
  readonly qid: string | number;
  readonly response: string;
  readonly answer: string;
  readonly key_words?: readonly string[];
  readonly images?: readonly string[];
  readonly response_tokens?: number;
  readonly similarity?: number;
}

/** A term in `score`'s output; value, raw and evidence null: it could not be computed. */
export interface ScoredTerm {
  readonly value: number | null;
  readonly weight: number;
  readonly raw: number | null;
  readonly evidence: Evidence | null;
}

/** A line of `score`'s output. `partial` and `missing` are there exactly when `overall` is null. */
export interface ScoredLine {
  readonly qid: string | number;
  readonly stage: RewardStage;
  readonly overall: number | null;
  readonly terms: Readonly<Partial<Record<TermName, ScoredTerm>>>;
  readonly partial?: number;
  readonly missing?: Readonly<Partial<Record<TermName, number>>>;
}

const STAGES: ReadonlyMap<string, RewardStage> = new Map([
  ['perception', 'perception'],
  ['1', 'perception'],
  ['reasoning', 'reasoning'],
  ['2', 'reasoning'],
]);

/** `perception`, `reasoning`, `1` or `2`; null for anything else. */
export function parseRewardStage(word: string): RewardStage | null {
  return STAGES.get(word) ?? null;
}

type Check = readonly [holds: (value: unknown) => boolean, wanted: string];

const isText = (value: unknown) => typeof value === 'string';
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);
const isFiniteNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

const REQUIRED: Readonly<Record<string, Check>> = {
  qid: [(value) => isText(value) || isFiniteNumber(value), 'a text or a number'],
  response: [isText, 'a text'],
  answer: [isText, 'a text'],
};
const OPTIONAL: Readonly<Record<string, Check>> = {
  key_words: [isTextList, 'a list of texts'],
  images: [isTextList, 'a list of texts'],
  response_tokens: [isCount, 'a whole number, 0 or more'],
  similarity: [isFiniteNumber, 'a number'],
};

/**
 * Checks one parsed line of `score`'s input; returns it, or what is wrong with it, naming line and field. A
 * null in an optional field is the same as its absence; other fields are ignored.
 */
export function parseScoreLine(json: unknown, lineNumber: number): ScoreLine | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return `line ${lineNumber}: not a JSON object but ${shown(json)}; give {"qid", "response", "answer", …}`;
  }
  const given = new Map<string, unknown>(Object.entries(json));
  for (const [field, check] of Object.entries(REQUIRED)) {
    if (given.get(field) === undefined) return `line ${lineNumber}: "${field}" is missing; give ${check[1]}`;
    if (!check[0](given.get(field))) return wrong(lineNumber, field, given.get(field), check[1]);
  }
  const line: Record<string, unknown> = {};
  for (const field of Object.keys(REQUIRED)) line[field] = given.get(field);
  for (const [field, [holds, wanted]] of Object.entries(OPTIONAL)) {
    const value = given.get(field) ?? undefined;
    if (value === undefined) continue;
    if (!holds(value)) return wrong(lineNumber, field, value, wanted);
    line[field] = value;
  }
  // Every field was checked above against the type of the same name.
  return line as unknown as ScoreLine;
}

/**
 * Scores one line offline. `similarity` is what a scorer gave for the first image and the description; null:
 * none ran, and the line's own `similarity`, against FG-CLIP's threshold unless the recipe has another, takes
 * its place.
 */
export function scoredLine(
  stage: RewardStage,
  line: ScoreLine,
  similarity: Similarity | null,
  recipe: Recipe = PEBR_RECIPES[stage],
): ScoredLine {
  const input = {
    response: line.response,
    answer: line.answer,
    responseTokens: line.response_tokens ?? null,
    key_words: line.key_words ?? null,
  };
  const known = similarity ?? givenSimilarity(line);
  const score = scoreResponse(stage, input, known, recipe, 'offline');
  const terms: Partial<Record<TermName, ScoredTerm>> = {};
  for (const name of TERM_ORDER) {
    const weight = weightOf(recipe, name);
    if (weight === undefined) continue;
    const term = score.terms.find((candidate) => candidate.name === name);
    terms[name] = {
      value: term?.value ?? null,
      weight,
      raw: term?.raw ?? null,
      evidence: term?.evidence ?? null,
    };
  }
  const { overall, partial, missing } = score;
  return { qid: line.qid, stage, overall, terms, ...(overall === null ? { partial, missing } : {}) };
}

function givenSimilarity({ similarity }: ScoreLine): Similarity | null {
  return similarity === undefined
    ? null
    : { value: similarity, scorer: 'given', threshold: FG_CLIP_THRESHOLD };
}

function wrong(lineNumber: number, field: string, value: unknown, wanted: string): string {
  return `line ${lineNumber}: "${field}" is ${shown(value)}; give ${wanted}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
