/** An earlier report of the same config: its seeds count as measured, so that a report gains seeds without its runs. */
import * as v from 'valibot';
import { DataError } from '../errors.ts';
import { readJson } from '../parts.ts';
import type { PlanOptions } from './jobs.ts';
import { resultOf, type ArmResult, type ExperimentResult } from './results.ts';

const numbers = v.nullable(v.array(v.number()));

const ArmSchema = v.object({
  name: v.string(),
  seeds: v.array(
    v.object({
      seed: v.number(),
      final: v.object({ accuracy: numbers, description_f1: numbers }),
      curve: v.array(
        v.object({ update: v.number(), accuracy: v.number(), description_f1: v.nullable(v.number()) }),
      ),
      zeroAdvantage: v.array(
        v.object({ stage: v.picklist(['perception', 'reasoning']), shares: v.array(v.number()) }),
      ),
    }),
  ),
});

const ReportSchema = v.object({
  name: v.string(),
  sha256: v.string(),
  measured: v.literal('heldout'),
  seeds: v.array(v.number()),
  settings: v.array(
    v.object({
      setting: v.object({ name: v.string() }),
      qids: v.array(v.string()),
      arms: v.array(ArmSchema),
    }),
  ),
});

/** What of an earlier report the new one takes over. */
export type EarlierReport = v.InferOutput<typeof ReportSchema>;

/** Reads NAME.json of a report. Throws DataError naming what is wrong with it, or that it is of another config. */
export async function readEarlier(path: string, sha256: string): Promise<EarlierReport> {
  const parsed = v.safeParse(ReportSchema, await readJson(path));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new DataError(`${path} is no report: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`);
  }
  if (parsed.output.sha256 !== sha256) {
    throw new DataError(
      `${path} reports another config (SHA-256 ${parsed.output.sha256.slice(0, 12)}, now ${sha256.slice(0, 12)}): its seeds cannot be added to.`,
    );
  }
  return parsed.output;
}

/** The report of both: per arm the earlier seeds, then the later ones, and the outcomes decided on all of them. */
export function joined(plan: PlanOptions, earlier: EarlierReport, later: ExperimentResult): ExperimentResult {
  const settings = later.settings.map((result) => {
    const before = earlier.settings.find(({ setting }) => setting.name === result.setting.name);
    if (before?.qids.join() !== result.qids.join()) {
      throw new DataError(`The earlier report measured other samples of setting ${result.setting.name}.`);
    }
    const arms = result.arms.map((arm): ArmResult => {
      const seeds = before.arms.find(({ name }) => name === arm.name)?.seeds;
      if (seeds) return { ...arm, seeds: [...seeds, ...arm.seeds] };
      throw new DataError(`The earlier report has no arm ${arm.name}; give --arms without it.`);
    });
    return { ...result, arms };
  });
  return resultOf({ ...plan, seeds: [...earlier.seeds, ...later.seeds] }, later.sha256, settings);
}
