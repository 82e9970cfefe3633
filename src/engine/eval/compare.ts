/** Two policies on the same samples: differences sample by sample, with intervals narrower than two separate ones. */
import { hashText, mix } from '../random.ts';
import { pairedDifference, type Difference } from './bootstrap.ts';
import type { EvalRow } from './evaluateRows.ts';
import { MEASURE_NAMES, type MeasureName } from './measures.ts';
import { passSizes } from './passAtK.ts';
import { drawsOf, passValuesOf, valuesOf } from './summarise.ts';

/** after − before; a measure that is unknown on either side is absent. */
export type Differences = Readonly<Partial<Record<MeasureName, Difference>>>;

export interface DecodingComparison {
  readonly all: Differences;
  readonly by_kind: Readonly<Record<string, Differences>>;
}

export interface EvalComparison {
  readonly greedy: DecodingComparison;
  /** Of means over each sample's sampled responses; null without any. */
  readonly mean: DecodingComparison | null;
  readonly pass_at_k: Readonly<Record<string, Difference>> | null;
}

/** Differences of two evaluations with the same options. Throws a RangeError when they are of other samples. */
export function compareRows(
  before: readonly EvalRow[],
  after: readonly EvalRow[],
  seed: number,
): EvalComparison {
  const address = ({ qid, decoding, draw }: EvalRow): string => `${qid} ${decoding} ${draw}`;
  const apart = Math.max(before.length, after.length);
  for (let i = 0; i < apart; i++) {
    const [a, b] = [before.at(i), after.at(i)].map((row) => (row ? address(row) : 'nothing'));
    if (a !== b)
      throw new RangeError(`A comparison needs the same responses on both sides, got ${a} and ${b}.`);
  }
  const samples = drawsOf(before);
  return {
    greedy: compareDecoding(before, after, 'greedy', seed),
    mean: samples === 0 ? null : compareDecoding(before, after, 'sampled', seed),
    pass_at_k:
      samples === 0
        ? null
        : Object.fromEntries(
            passSizes(samples).map((k) => [
              String(k),
              pairedDifference(
                passValuesOf(after, k),
                passValuesOf(before, k),
                mix(seed, hashText(`pass ${k}`)),
              ),
            ]),
          ),
  };
}

function compareDecoding(
  before: readonly EvalRow[],
  after: readonly EvalRow[],
  decoding: EvalRow['decoding'],
  seed: number,
): DecodingComparison {
  const kinds = [...new Set(before.map(({ kind }) => kind))].sort();
  const differences = (a: readonly EvalRow[], b: readonly EvalRow[], key: number): Differences =>
    Object.fromEntries(
      MEASURE_NAMES.flatMap((name) => {
        const [x, y] = [valuesOf(a, decoding, name), valuesOf(b, decoding, name)];
        return x && y ? [[name, pairedDifference(y, x, mix(key, hashText(name)))] as const] : [];
      }),
    );
  return {
    all: differences(before, after, seed),
    by_kind: Object.fromEntries(
      kinds.map((kind) => {
        const ofKind = (rows: readonly EvalRow[]) => rows.filter((row) => row.kind === kind);
        return [kind, differences(ofKind(before), ofKind(after), mix(seed, hashText(kind)))] as const;
      }),
    ),
  };
}
