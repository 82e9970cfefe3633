/** What a custom term may use for one response. Documented in docs/custom-rewards.md. */

/** Heap of the code, its input included. */
export const MEMORY_BYTES = 16 << 20;
export const STACK_BYTES = 256 << 10;
/**
 * Work, in QuickJS's interrupt checks, each some 10 000 turns of a loop or calls. A count, not a time, so that a term
 * ends at the same place on every machine and a record can be computed again.
 */
export const WORK_CHECKS = 250;
/** A backstop for code whose checks are few and far between: collecting a full heap again and again, say. */
export const DEADLINE_MS = 2500;
/** After so many stopped responses, the rest of a batch is not tried: a term that never ends must not hold a step up. */
export const MOST_STOPPED = 4;
/** A call of one native function is not counted; when a thread says nothing for so long, it is ended. */
export const SILENCE_MS = 5000;
/** After so many ended threads, the rest of a batch is not tried. */
export const MOST_ENDED = 3;
/** The sandbox itself must have loaded by then. */
export const LOAD_MS = 60_000;

export const MOST_CODE = 20_000;
export const MOST_TERMS = 8;
/** Characters of evidence that are kept; the rest is cut off. */
export const MOST_NOTE = 300;
export const MOST_LABEL = 60;
export const MOST_SPANS = 64;
