import type { RasterImage } from '../tasks/types.ts';
import type { CustomSpan, CustomTerm, CustomTermName } from './custom/types.ts';

/** Terms that every recipe may have. */
export type StandardTermName = 'clip' | 'keyword' | 'format' | 'length' | 'accuracy' | 'overlong';
export type TermName = StandardTermName | CustomTermName;
export type RewardStage = 'perception' | 'reasoning';

/** All that a reward may see. There is no field for a scene's truth, by design. */
export interface RewardInput {
  /** The response's text, specials removed, as sampled (rewardText is applied by the recipe). */
  readonly response: string;
  /** Tokens of the response, the end token included. */
  readonly responseTokens: number;
  readonly key_words: readonly string[];
  readonly answer: string;
}

/** What a term looked at: enough to recompute its value. Character offsets refer to the reward text. */
export type Evidence =
  | {
      readonly kind: 'clip';
      readonly description: string;
      /** null: the scorer failed, see `error`. */
      readonly similarity: number | null;
      readonly threshold: number;
      readonly scorer: string;
      readonly error?: string;
    }
  | {
      readonly kind: 'keyword';
      readonly keywords: readonly {
        readonly keyword: string;
        readonly found: boolean;
        readonly spans: readonly (readonly [number, number])[];
      }[];
    }
  | {
      readonly kind: 'format';
      readonly headings: readonly {
        readonly heading: string;
        readonly found: boolean;
        readonly span: readonly [number, number] | null;
      }[];
    }
  | { readonly kind: 'length'; readonly tokens: number; readonly limit: number }
  | {
      readonly kind: 'overlong';
      readonly tokens: number;
      readonly limit: number;
      readonly tail: number;
    }
  | {
      readonly kind: 'accuracy';
      readonly extracted: string;
      /** False: no heading matched and the whole response was taken. */
      readonly headingFound: boolean;
      readonly span: readonly [number, number] | null;
      readonly truth: string;
      readonly correct: boolean;
      /** The grader's rule that decided, in words. */
      readonly rule: string;
    }
  | {
      readonly kind: 'custom';
      /** In [0, 1]; null: the code failed, see `error`. */
      readonly returned: number | null;
      /** What the code said of it; empty: nothing. */
      readonly note: string;
      readonly spans: readonly CustomSpan[];
      readonly error?: string;
    };

/** One named component. `raw` → `value` by the term's transform; `value × weight` is its contribution. */
export interface TermScore {
  readonly name: TermName;
  readonly raw: number | null;
  /** null: could not be computed (then the overall is null too, outside training). */
  readonly value: number | null;
  readonly weight: number;
  readonly evidence: Evidence;
}

export interface RewardScore {
  readonly stage: RewardStage;
  /** Reward text: what the terms read, whitespace around < > / removed. */
  readonly text: string;
  readonly overall: number | null;
  readonly terms: readonly TermScore[];
}

/** Weights and limits of a stage's recipe; METHOD's numbers are `PEBR_RECIPES`. */
export interface Recipe {
  readonly stage: RewardStage;
  readonly weights: Readonly<Partial<Record<StandardTermName, number>>>;
  readonly lengthLimit: number;
  /** Similarity from which clip is 1; null: the scorer's own. */
  readonly clipThreshold: number | null;
  /** DAPO's soft overlong punishment reaches −1 at this many tokens; null or absent: there is none. */
  readonly overlongLimit?: number | null;
  /** It begins this many tokens earlier. */
  readonly overlongTail?: number;
  readonly overlongWeight?: number;
  /** Terms that the user wrote, after all others; absent: none. */
  readonly custom?: readonly CustomTerm[];
}

/** Coarse image–text similarity. The embedded scorer implements it; so would a CLIP model. */
export interface ImageTextScorer {
  readonly id: string;
  /** Similarity from which the clip term is 1. */
  readonly threshold: number;
  /** Texts are cut at this many tokens. */
  readonly maxTokens: number;
  /** Cosine similarities, one a pair. */
  score(images: readonly RasterImage[], texts: readonly string[]): Promise<Float32Array>;
  /** Similarity of each patch with the text, row-major [side × side]. */
  patchScores?(image: RasterImage, text: string): Promise<Float32Array>;
  /** Share of a suite's held-out objects whose best patch lies in their box, as its card has it; null: not measured. */
  patchHitRate?(suite: string): number | null;
  /** Frees its tensors, where it has any. */
  dispose?(): void;
}
