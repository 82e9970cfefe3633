/** Mini-batches cut into pieces that go through the policy together, and the numbers of each row on their way back. */
import { responseSlice, tokenBatch, type TokenBatch } from './batch.ts';

/** A rollout as the update needs it; rows of one group follow each other. */
export interface UpdateRow {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
  readonly advantage: number;
  /** Given by a caller that has them; all rows have them or none, and then the reference computes them. */
  readonly referenceLogProbs?: readonly number[];
}
export interface UpdateGroup {
  /** [3, S, S] of the group's image. */
  readonly pixels: Float32Array;
  readonly rows: readonly UpdateRow[];
}

/** Log-probs and entropies of one rollout, over its response tokens. */
export interface RowLogProbs {
  oldLogProbs: number[];
  referenceLogProbs: number[];
  logProbs: number[];
  entropies: number[];
}

export interface UpdateStatistics {
  readonly tokens: number;
  readonly policyLoss: number;
  readonly kl: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

export interface UpdateResult {
  /** [group][rollout]. */
  readonly rows: readonly (readonly RowLogProbs[])[];
  /** One entry an optimiser update. */
  readonly updates: readonly UpdateStatistics[];
}

/** A piece of a mini-batch that goes through the policy together: same number of rows from each of its groups. */
export interface MicroBatch {
  readonly groups: readonly UpdateGroup[];
  readonly rowsPerGroup: number;
  readonly batch: TokenBatch;
  /** Where each row's numbers go. */
  readonly outputs: readonly RowLogProbs[];
  readonly rows: readonly UpdateRow[];
}

/** A group and where its rows' numbers go. */
export interface Member {
  readonly group: UpdateGroup;
  readonly outputs: readonly RowLogProbs[];
}

/** Cuts a mini-batch into micro-batches: whole groups together, or a group in pieces when it is larger. */
export function microBatches(
  members: readonly Member[],
  rowsPerMicroBatch: number,
  padId: number,
): MicroBatch[] {
  // Groups of like length share a micro-batch: less padding, the same gradient.
  const sorted = [...members].sort((a, b) => longestRow(a.group) - longestRow(b.group));
  const groupSize = sorted[0].group.rows.length;
  const groupsTogether = Math.max(1, Math.floor(rowsPerMicroBatch / groupSize));
  const rowsPerGroup = Math.min(groupSize, rowsPerMicroBatch);
  const result: MicroBatch[] = [];
  for (let first = 0; first < sorted.length; first += groupsTogether) {
    const together = sorted.slice(first, first + groupsTogether);
    for (let row = 0; row < groupSize; row += rowsPerGroup) {
      const rows = together.flatMap(({ group }) => group.rows.slice(row, row + rowsPerGroup));
      result.push({
        groups: together.map(({ group }) => group),
        rowsPerGroup: rows.length / together.length,
        batch: tokenBatch(rows, padId),
        outputs: together.flatMap(({ outputs }) => outputs.slice(row, row + rowsPerGroup)),
        rows,
      });
    }
  }
  return result;
}

/** True where the reference's log-probs are known, given or computed. */
export const hasReference = ({ outputs }: MicroBatch): boolean => outputs[0].referenceLogProbs.length > 0;

const longestRow = ({ rows }: UpdateGroup): number =>
  Math.max(...rows.map(({ prompt, response }) => prompt.length + response.length));

export function scatter(micro: MicroBatch, values: Float32Array, field: keyof RowLogProbs): void {
  micro.outputs.forEach((output, row) => {
    output[field] = responseSlice(micro.batch, values, row, micro.rows[row].response.length);
  });
}

export function gather(micro: MicroBatch, field: keyof RowLogProbs): Float32Array {
  const { batch } = micro;
  const values = new Float32Array(batch.rows * batch.width);
  micro.outputs.forEach((output, row) => values.set(output[field], row * batch.width + batch.offsets[row]));
  return values;
}
