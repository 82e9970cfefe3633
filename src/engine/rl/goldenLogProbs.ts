/** The golden batches' log-probs, for the tests of this folder. */
import { readSafetensors } from '../model/safetensors.ts';
import type { MiniBatchSizes } from './aggregation.ts';
import type { ObjectiveInput } from './objectiveReference.ts';

/** The tensors of a golden.safetensors by name, as rows. */
export function golden(file: Uint8Array): Record<string, number[][]> {
  const tensors = readSafetensors(file);
  const rows: Record<string, number[][]> = {};
  for (const key of ['advantages', 'completion_mask', 'completion_logps', 'old_logps', 'ref_logps']) {
    const { shape, data } = tensors.get(key)!;
    const width = shape[1] ?? 1;
    rows[key] = Array.from({ length: shape[0] }, (_, b) =>
      Array.from(data.subarray(b * width, (b + 1) * width)),
    );
  }
  return rows;
}

/** What the objective reads of a golden batch; the reference within `referenceClamp` of the current log-probs. */
export function inputOf(tensors: Record<string, number[][]>, referenceClamp = Infinity): ObjectiveInput {
  const logProbs = tensors.completion_logps;
  return {
    logProbs,
    oldLogProbs: tensors.old_logps,
    referenceLogProbs: tensors.ref_logps.map((row, b) =>
      row.map((value, t) => {
        const current = logProbs[b][t];
        return Math.min(Math.max(value, current - referenceClamp), current + referenceClamp);
      }),
    ),
    advantages: tensors.advantages.map((row) => row[0]),
    mask: tensors.completion_mask,
  };
}

/** Sizes of a mini-batch that is this input. */
export function sizesOf(input: ObjectiveInput, maxCompletionLength: number): MiniBatchSizes {
  const tokens = input.mask.reduce((sum, row) => sum + Array.from(row).reduce((a, b) => a + b, 0), 0);
  return { tokens, rows: input.mask.length, maxCompletionLength };
}
