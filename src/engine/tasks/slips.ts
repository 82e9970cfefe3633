/** Which of its planted reasoning errors a suite's teacher makes. Draws are addressed by qid, keys and fault. */
import { hashText, uniform } from '../random.ts';
import type { ReasoningFault } from './types.ts';

/** Streams of a qid's draws; a suite's misreadings have stream 1. */
const SLIP_STREAM = 2;
const CHOICE_STREAM = 3;

/** The slips that the teacher makes on a question of this kind; `slipKinds` says on which kinds each can be made. */
export function drawSlips<Slip extends string, Kind extends string>(
  slipKinds: Readonly<Record<Slip, readonly Kind[]>>,
  faults: readonly ReasoningFault[],
  kind: Kind,
  qid: string,
  keys: readonly number[],
): ReadonlySet<Slip> {
  const slips = Object.keys(slipKinds) as Slip[]; // the record has these keys and no other
  const made = slips.filter((slip) =>
    faults.some(
      (fault, f) =>
        fault.slip === slip &&
        slipKinds[slip].includes(kind) &&
        (fault.kinds === undefined || fault.kinds.includes(kind)) &&
        uniform(hashText(qid), ...keys, SLIP_STREAM, f) < fault.p,
    ),
  );
  return new Set(made);
}

/** Uniform in (0, 1): which of several matches a slip passes over. */
export function slipChoice(qid: string, keys: readonly number[]): number {
  return uniform(hashText(qid), ...keys, CHOICE_STREAM);
}
