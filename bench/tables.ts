/** The benchmark's numbers as tables. */
import { CONTENDERS, type ContenderName } from './contenders.ts';
import { COUNTED_MEASURES } from './results.ts';
import type { BenchResults, Counted, CountedMeasure } from './results.ts';
import { figures, speedUps } from './statistics.ts';
import { shown, shownRatio, type Table } from './table.ts';
import { verdicts } from './targets.ts';

export interface Section {
  readonly title: string;
  /** A line on how to read it. */
  readonly about: string;
  readonly table: Table;
}

export function targetTable(results: BenchResults): Table {
  const word = { true: 'yes', false: 'no', null: 'not measured' } as const;
  return {
    head: ['target', 'measured', 'reached'],
    rows: verdicts(results).map(({ target, measured, reached }) => [target, measured, word[`${reached}`]]),
  };
}

function timedSection({ timings }: BenchResults, preset: string): Section {
  const present = CONTENDERS.filter((name) =>
    timings.some((timing) => timing.preset === preset && timing.contender === name && timing.round >= 0),
  );
  const cells = (contender: ContenderName): string[] => {
    const spread = (measure: 'training' | 'rollouts' | 'step') =>
      figures(timings, { preset, measure }, contender);
    const ratio = (measure: 'training' | 'rollouts' | 'step') =>
      contender === 'ours' ? '1×' : shownRatio(speedUps(timings, { preset, measure }, ['ours', contender]));
    return [
      shown(spread('training')?.median),
      ratio('training'),
      shown(spread('rollouts')?.median),
      ratio('rollouts'),
      shown(spread('step')?.median),
      ratio('step'),
      (['training', 'rollouts', 'step'] as const).map((measure) => spread(measure)?.rounds ?? 0).join(', '),
    ];
  };
  return {
    title: `Timed: ${preset}`,
    about:
      'Medians over rounds in which all take turns. Training is one micro-batch, forward, backward and AdamW; a step is rollouts, the reference’s log-probs and training. “ours is” says how many times as fast ours is, with the extremes of the rounds; the last column says how many rounds each figure is of.',
    table: {
      head: ['', 'training ms', 'ours is', 'rollouts tokens/s', 'ours is', 'step ms', 'ours is', 'rounds'],
      rows: present.map((contender) => [contender, ...cells(contender)]),
    },
  };
}

const bytes = (count: number): string =>
  count >= 1e6 ? `${shown(count / 1e6)} MB` : `${shown(count / 1e3)} kB`;

function countedSection({ counted }: BenchResults, measure: CountedMeasure): Section {
  const rows = counted.filter((entry) => entry.measure === measure);
  const perToken = measure === 'rollouts';
  return {
    title: `Counted: ${measure}`,
    about: perToken
      ? 'One rollout batch on Dawn’s null backend, every response at its longest.'
      : measure === 'training'
        ? 'One micro-batch on Dawn’s null backend.'
        : 'AdamW alone; in jax-js it is part of the training step.',
    table: {
      head: [
        '',
        'contender',
        'dispatches',
        'submits',
        'read-backs',
        'read',
        'written',
        'allocated',
        perToken ? 'JS µs a token step' : 'JS ms',
      ],
      rows: rows.map(({ scenario, contender, counts, tokens }) => [
        scenario,
        contender,
        shown(counts.dispatches),
        shown(counts.submits),
        shown(counts.readBacks),
        bytes(counts.bytesRead),
        bytes(counts.bytesWritten),
        bytes(counts.bytesAllocated),
        shown(perToken ? counts.javascriptMicroseconds / tokens : counts.javascriptMicroseconds / 1000),
      ]),
    },
  };
}

/** Pipelines of ours by their share of the dispatches, the largest first. */
export function pipelineShares({ counts }: Counted): readonly (readonly [label: string, count: number])[] {
  return Object.entries(counts.byPipeline)
    .map(([label, count]) => [label || '(no label)', count] as const)
    .sort(([, a], [, b]) => b - a);
}

/** How many pipelines are shown by name. */
const SHOWN_PIPELINES = 8;

function dispatchSection({ counted }: BenchResults): Section | null {
  const profiled = counted.filter(({ contender, scenario }) => contender === 'ours' && scenario === 'tiny');
  if (profiled.length === 0) return null;
  return {
    title: 'Where the dispatches of ours go: tiny',
    about: `The ${SHOWN_PIPELINES} most frequent pipelines of each call.`,
    table: {
      head: ['call', 'pipeline', 'dispatches', 'share'],
      rows: profiled.flatMap((entry) =>
        pipelineShares(entry)
          .slice(0, SHOWN_PIPELINES)
          .map(([label, count]) => [
            entry.measure,
            label,
            shown(count),
            `${Math.round((100 * count) / entry.counts.dispatches)} %`,
          ]),
      ),
    },
  };
}

function profileSections({ profiles }: BenchResults): Section[] {
  return [...new Set(profiles.map(({ preset }) => preset))].map((preset) => ({
    title: `Where the time of ours goes: ${preset}`,
    about: `The ${SHOWN_PIPELINES} kernels of each call that take longest on the device, by its timestamps before and after each dispatch.`,
    table: {
      head: ['call', 'kernel', 'dispatches', 'ms', 'share'],
      rows: profiles
        .filter((profile) => profile.preset === preset)
        .flatMap((profile) =>
          profile.kernels
            .slice(0, SHOWN_PIPELINES)
            .map(({ kernel, dispatches, milliseconds, share }) => [
              profile.measure,
              kernel || '(no label)',
              shown(dispatches),
              shown(milliseconds),
              `${Math.round(100 * share)} %`,
            ]),
        ),
    },
  }));
}

/** Everything but the targets, in the order of the report. */
export function sections(results: BenchResults): Section[] {
  const presets = [...new Set(results.timings.map(({ preset }) => preset))];
  const dispatches = dispatchSection(results);
  return [
    ...presets.map((preset) => timedSection(results, preset)),
    ...profileSections(results),
    ...COUNTED_MEASURES.map((measure) => countedSection(results, measure)),
    ...(dispatches ? [dispatches] : []),
  ].filter(({ table }) => table.rows.length > 0);
}
