/** Records as a task set. */
import { hash, hashText } from '../../random.ts';
import type { Part, Sample, TaskSet } from '../types.ts';

/** Below this many records none is held out. */
const HELD_OUT_FROM = 20;

/** About a tenth by the qid alone, so that a record keeps its part when others come or go; at least one. */
function heldOutQids(samples: readonly Sample[]): ReadonlySet<string> {
  if (samples.length < HELD_OUT_FROM) return new Set();
  const keys = samples.map(({ qid }) => ({ qid, key: hash(hashText(qid)) }));
  const chosen = keys.filter(({ key }) => key % 10 === 0);
  const first = keys.reduce((least, next) => (next.key < least.key ? next : least));
  return new Set((chosen.length > 0 ? chosen : [first]).map(({ qid }) => qid));
}

/** Samples with distinct qids → a task set, in their order within each part. */
export function importedTaskSet(name: string, samples: readonly Sample[]): TaskSet {
  const heldOut = heldOutQids(samples);
  const parts: Readonly<Record<Part, readonly Sample[]>> = {
    train: samples.filter(({ qid }) => !heldOut.has(qid)),
    heldout: samples.filter(({ qid }) => heldOut.has(qid)),
  };
  const byQid = new Map(samples.map((sample) => [sample.qid, sample]));
  return {
    name,
    origin: 'imported',
    size: (part) => parts[part].length,
    sample: (part, index) => parts[part][index],
    find: (qid) => byQid.get(qid),
  };
}
