/** What an evaluation measures, by the names that `eval --json` gives. */
export interface EvalMeasures {
  readonly accuracy: number;
  /** null where no truth is known. */
  readonly description_f1: number | null;
  readonly description_precision: number | null;
  readonly description_recall: number | null;
  /** Share of the key words found anywhere in the response (METHOD, stage 1); 0 for a sample without key words. */
  readonly keyword_recall: number;
  readonly format: number;
  /** Tokens, the end token included. */
  readonly mean_length: number;
}

export type MeasureName = keyof EvalMeasures;

/** What people read; lengths are in tokens, everything else is a share. */
export const MEASURE_LABELS: Readonly<Record<MeasureName, string>> = {
  accuracy: 'accuracy',
  description_f1: 'description F1',
  description_precision: 'description precision',
  description_recall: 'description recall',
  keyword_recall: 'keyword recall',
  format: 'format',
  mean_length: 'mean length, tokens',
};

/** In the order in which they are shown. */
export const MEASURE_NAMES = Object.keys(MEASURE_LABELS) as readonly MeasureName[]; // it has these keys alone
