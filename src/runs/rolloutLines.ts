/** Step records as JSONL, a line a rollout with its step and its group beside it; log-probs in their shortest form. */
import * as v from 'valibot';
import type { GroupRecord, RolloutRecord, StepRecord } from '../engine/rl/types.ts';
import { faultOf, FLOAT_LISTS, fromJson, shortest, toJson } from './json.ts';
import type { MetricsRow } from './types.ts';

// NaN is a number here: a backend may have written it.
const list = v.custom<number[]>(
  (value) => Array.isArray(value) && value.every((each) => typeof each === 'number'),
  'must be a list of numbers',
);
const Rollout = v.looseObject({
  response: v.string(),
  tokenIds: list,
  tokenTexts: v.array(v.string()),
  stopReason: v.picklist(['eos', 'length']),
  decodeLogProbs: list,
  oldLogProbs: list,
  referenceLogProbs: list,
  logProbs: list,
  entropies: list,
  reward: v.number(),
  terms: v.array(
    v.looseObject({
      name: v.string(),
      value: v.nullable(v.number()),
      weight: v.number(),
      evidence: v.looseObject({ kind: v.string() }),
    }),
  ),
  accuracy: v.picklist([0, 1]),
  descriptionF1: v.nullable(v.number()),
  advantage: v.number(),
});
const Group = v.object({
  qid: v.string(),
  kind: v.string(),
  problem: v.string(),
  answer: v.string(),
  key_words: v.array(v.string()),
  rewardMean: v.number(),
  rewardStd: v.number(),
  signal: v.picklist(['mixed', 'all_correct', 'all_wrong', 'tied_other']),
});
const Line = v.object({
  step: v.number(),
  group: v.number(),
  rollout: v.number(),
  /** The lists of numbers are float32. */
  float32: v.boolean(),
  of: Group,
  is: Rollout,
});

/** The lines of a record, each with its end. */
export function writeRecord({ step, groups }: StepRecord): string {
  return groups
    .flatMap(({ rollouts, ...group }, g) =>
      rollouts.map((rollout, r) => {
        const float32 = FLOAT_LISTS.every((name) =>
          rollout[name].every((value) => Object.is(Math.fround(value), value)),
        );
        const lists = Object.fromEntries(FLOAT_LISTS.map((name) => [name, rollout[name].map(shortest)]));
        return `${toJson({ step, group: g, rollout: r, float32, of: group, is: { ...rollout, ...(float32 ? lists : {}) } })}\n`;
      }),
    )
    .join('');
}

/** Records from lines, with the metrics of their steps. Throws naming the line and what is wrong with it. */
export function readRecords(text: string, metrics: readonly MetricsRow[]): StepRecord[] {
  const rows = new Map(metrics.map((row) => [row.step, row]));
  const records: { step: number; groups: (GroupRecord & { rollouts: RolloutRecord[] })[] }[] = [];
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error(`line ${lines.length + 1} has no end: cut short?`);
  lines.forEach((json, i) => {
    try {
      const line = v.parse(Line, fromJson(json));
      if (!rows.has(line.step)) throw new Error(`step ${line.step} has no metrics`);
      if (records.at(-1)?.step !== line.step) {
        if (line.step <= (records.at(-1)?.step ?? 0)) throw new Error(`step ${line.step} comes out of order`);
        records.push({ step: line.step, groups: [] });
      }
      const { groups } = records[records.length - 1];
      if (line.rollout === 0 && line.group === groups.length) groups.push({ ...line.of, rollouts: [] });
      const group = groups.at(-1);
      if (!group || line.group !== groups.length - 1 || line.rollout !== group.rollouts.length) {
        throw new Error(`rollout ${line.rollout} of group ${line.group} comes out of order`);
      }
      group.rollouts.push(rolloutOf(line));
    } catch (cause) {
      throw new Error(`line ${i + 1}: ${v.isValiError(cause) ? faultOf(cause) : messageOf(cause)}`, {
        cause,
      });
    }
  });
  return records.map(({ step, groups }) => ({ ...rows.get(step)!, groups }));
}

function rolloutOf({ float32, is }: v.InferOutput<typeof Line>): RolloutRecord {
  const count = is.tokenIds.length;
  const odd = [...FLOAT_LISTS, 'tokenTexts' as const].find((name) => is[name].length !== count);
  if (odd) throw new Error(`${odd} has ${is[odd].length} values for ${count} tokens`);
  const lists = FLOAT_LISTS.map((name) => [name, is[name].map(Math.fround)] as const);
  // Evidence is what the engine wrote; its kind is checked, its fields are the reader's own.
  return { ...is, ...(float32 ? Object.fromEntries(lists) : {}) } as unknown as RolloutRecord;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
