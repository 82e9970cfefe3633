/** run.json of an exported run: who it is, its config, and where its training stands. */
import * as v from 'valibot';
import { mergeConfig } from '../engine/rl/mergeConfig.ts';
import type { TrainConfig } from '../engine/rl/types.ts';
import { presetByName, type KeptState, type SavedState } from '../worker/protocol.ts';
import { faultOf, fromJson, toJson } from './json.ts';
import { RUN_COLOURS, type RunHeader, type WholeRun } from './types.ts';

export const RUN_FORMAT = 'pebr-run';
export const RUN_VERSION = 1;

type Progress = SavedState['progress'];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const stage = v.picklist(['perception', 'reasoning']);
const ProgressJson = v.looseObject({
  step: count,
  stage,
  stepInStage: count,
  nextPhase: v.picklist(['split', 'sample', 'rollout', 'score', 'advantage', 'update']),
  split: v.nullable(
    v.looseObject({
      n: count,
      easyFrom: v.number(),
      mediumFrom: v.number(),
      policyHash: v.string(),
      entries: v.array(v.object({ qid: v.string(), correct: count, n: count })),
      relaxed: v.array(v.looseObject({ stage })),
    }),
  ),
  splitRemaining: v.array(count),
  draft: v.nullable(
    v.looseObject({ step: count, stage, done: v.string(), groups: v.array(v.looseObject({})) }),
  ),
  draws: count,
  dropped: v.object({ groups: count, rollouts: count, promptTokens: count, responseTokens: count }),
  drawnInStage: count,
  stageChanges: v.array(
    v.object({
      atStep: count,
      from: v.picklist(['warm-up', 'perception', 'reasoning']),
      to: stage,
      reason: v.picklist(['plan', 'manual', 'plateau', 'start']),
      policyHash: v.string(),
    }),
  ),
  tokens: count,
  stepSeconds: v.number(),
  stageRewards: v.array(v.number()),
});
const text = v.pipe(v.string(), v.maxLength(200));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const measures = v.object({ accuracy: share, description_f1: v.nullable(share) });
const warmups = v.optional(
  v.pipe(
    v.array(
      v.object({
        steps: count,
        batchSize: count,
        learningRate: v.number(),
        faults: v.object({
          perception: v.array(v.object({ attribute: text, values: v.optional(v.array(text)), p: share })),
          reasoning: v.array(v.object({ slip: text, kinds: v.optional(v.array(text)), p: share })),
        }),
        tasks: text,
        seed: v.number(),
        from: text,
        policyHash: text,
        firstLoss: v.number(),
        lastLoss: v.number(),
        measured: v.object({
          part: v.picklist(['train', 'heldout']),
          n: count,
          before: measures,
          after: measures,
        }),
      }),
    ),
    v.minLength(1),
  ),
);
const RunJson = v.object({
  name: text,
  colour: v.pipe(count, v.maxValue(RUN_COLOURS - 1)),
  createdAt: v.number(),
  updatedAt: v.number(),
  checkpoint: text,
  tasks: v.variant('from', [
    v.object({ from: v.literal('built-in'), name: text }),
    v.object({ from: v.literal('imported'), name: text, revision: count }),
  ]),
  config: v.unknown(),
  warmups,
  parent: v.nullable(v.object({ id: text, name: text, step: count, config: v.unknown(), warmups })),
  pinned: v.array(count),
  progress: ProgressJson,
  kept: v.array(ProgressJson),
  /** Why each is kept; an earlier page kept the start and changes of stage alone. */
  keptWhy: v.optional(v.array(v.picklist(['start', 'stage', 'interval', 'reader'])), []),
});

/** What run.json says. */
export interface RunAccount {
  readonly header: Omit<RunHeader, 'id' | 'best' | 'bytes' | 'kept'> & {
    readonly kept: readonly KeptState[];
  };
  readonly progress: Progress;
  readonly kept: readonly Progress[];
}

export function writeRunJson({ header, state, kept }: WholeRun): string {
  const { name, colour, createdAt, updatedAt, checkpoint, warmups, tasks, config, parent, pinned } = header;
  return `${toJson(
    {
      format: RUN_FORMAT,
      version: RUN_VERSION,
      name,
      colour,
      createdAt,
      updatedAt,
      checkpoint,
      warmups,
      tasks,
      config,
      parent,
      pinned,
      progress: state.progress,
      kept: header.kept.map(({ step }) => kept.get(step)!.progress),
      keptWhy: header.kept.map(({ why }) => why),
    },
    1,
  )}\n`;
}

/** Throws, saying what is wrong and what to do, where the text is no run of this version. */
export function readRunJson(json: string): RunAccount {
  const value = fromJson(json);
  const { format, version } = v.parse(
    v.looseObject({ format: v.optional(v.unknown()), version: v.optional(v.unknown()) }),
    value,
  );
  if (format !== RUN_FORMAT) throw new Error(`format ${show(format)} is not ${RUN_FORMAT}`);
  if (typeof version === 'number' && version > RUN_VERSION) {
    throw new Error(
      `made by a newer version of this page (its files are version ${version}, this page reads ${RUN_VERSION}); load the page again to get the newest`,
    );
  }
  if (version !== RUN_VERSION) throw new Error(`version ${show(version)}; this page reads ${RUN_VERSION}`);
  const parsed = v.safeParse(RunJson, value);
  if (!parsed.success) throw new Error(faultOf(parsed));
  const { progress, kept, keptWhy, config, parent, ...rest } = parsed.output;
  // Drafts and evidence are the engine's own, as it wrote them; the rest has been checked field by field.
  const states = { progress: progress as unknown as Progress, kept: kept as unknown as readonly Progress[] };
  return {
    ...states,
    header: {
      ...rest,
      config: configOf(config),
      parent: parent && { ...parent, config: configOf(parent.config) },
      step: progress.step,
      stageChanges: states.progress.stageChanges,
      kept: states.kept.map(({ step, stage: keptStage }, i) => ({
        step,
        stage: keptStage,
        why: keptWhy[i] ?? (step === 0 ? 'start' : 'stage'),
      })),
    },
  };
}

/** A config from outside: what its preset does not know is refused, what is missing is the preset's. */
function configOf(config: unknown): TrainConfig {
  const { preset } = v.parse(v.looseObject({ preset: v.string() }), config);
  return mergeConfig(presetByName(preset), config);
}

const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'missing';
