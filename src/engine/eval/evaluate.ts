/** Measures of a policy on a part of a task set: what `eval`, `card` and the page report. */
import {
  evaluateRows,
  type EvalHooks,
  type EvalOptions,
  type EvalParts,
  type EvalRow,
} from './evaluateRows.ts';
import { summarise, type EvalReport } from './summarise.ts';

/** Runs the policy over the part. Deterministic: the same options give the same report on the same backend. */
export async function evaluate(
  parts: EvalParts,
  options: EvalOptions,
  hooks: EvalHooks = {},
): Promise<{ readonly report: EvalReport; readonly rows: readonly EvalRow[] }> {
  const rows = await evaluateRows(parts, options, hooks);
  return {
    report: summarise(rows, { tasks: parts.tasks.name, part: options.part, seed: options.seed }),
    rows,
  };
}
