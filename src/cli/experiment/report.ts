/** An experiment's result as Markdown with its figures, and as JSON from which the report can be made again. */
import type { ExperimentConfig, Outcome } from './config.ts';
import {
  MEASURES,
  armOf,
  differenceOf,
  levelOf,
  mean,
  zeroShare,
  type ArmResult,
  type ExperimentResult,
  type OutcomeResult,
  type SettingResult,
} from './results.ts';
import { chartsSvg, type Chart, type Line } from './svg.ts';
import type { TunedConfig } from './tuning.ts';

const STAGES = ['perception', 'reasoning'] as const;
const MEASURE_NAMES = { accuracy: 'Answer accuracy', description_f1: 'Description F1' } as const;
/** Updates that one point of the zero-advantage curve averages over. */
const WINDOW = 10;

/** Files of a report by name: Markdown, JSON, SVG. `command` made it, `when` is the day. */
export function reportFiles(
  config: ExperimentConfig,
  result: ExperimentResult,
  tuned: readonly TunedConfig[],
  about: { readonly command: string; readonly when: string },
): Map<string, string> {
  const { name } = config;
  const files = new Map<string, string>();
  const figures: string[] = [];
  for (const setting of result.settings) {
    const file = `${name}${result.settings.length === 1 ? '' : `-${setting.setting.name}`}-curves.svg`;
    files.set(file, curves(setting, config.evaluation.curveSamples));
    figures.push(file);
  }
  const gridFile = `${name}-grid.svg`;
  const grid = gridOf(result);
  if (grid) files.set(gridFile, grid);
  files.set(`${name}.json`, `${JSON.stringify({ ...about, ...result, tuned })}\n`);
  files.set(
    `${name}.md`,
    [
      `# Experiment ${name}`,
      config.purpose,
      `Made by \`${about.command}\` on ${about.when}. Config: [${name}.json](../../experiments/${name}.json), SHA-256 \`${result.sha256}\`. ${measuredOn(config, result)} Intervals are 95 % bootstrap intervals that draw seeds first and samples within them.`,
      ...(result.outcomes.length > 0 ? ['## Declared outcomes', outcomesTable(result.outcomes)] : []),
      ...(grid
        ? [
            '## When does the order of stages matter?',
            `![Difference between the arms by severity of the planted faults](${gridFile})`,
          ]
        : []),
      ...result.settings.flatMap((setting, i) => settingSection(config, setting, figures[i])),
      ...(tuned.length > 0 ? ['## Tuned configurations', tunedTable(tuned)] : []),
      '',
    ].join('\n\n'),
  );
  return files;
}

function measuredOn(config: ExperimentConfig, { measured, seeds }: ExperimentResult): string {
  const part = measured === 'heldout' ? 'held-out samples' : 'train samples that nothing trained on';
  const count = seeds.length === 1 ? 'one seed' : `${seeds.length} seeds (${seeds.join(', ')})`;
  return `Measured greedily on ${config.evaluation.samples} ${part}, ${count}, backend ${config.backend}.`;
}

function outcomesTable(outcomes: readonly OutcomeResult[]): string {
  return table(
    ['setting', 'outcome', 'found', 'holds'],
    outcomes.map(({ setting, outcome, value, interval, holds }) => [
      setting,
      sentence(outcome),
      interval ? withInterval(value, interval.low, interval.high, true) : value.toFixed(2),
      holds ? '**yes**' : '**no**',
    ]),
  );
}

function sentence(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'difference':
      return `${MEASURE_NAMES[outcome.measure]}: ${outcome.of} − ${outcome.against}, ${outcome.interval ? 'lower end of the interval ' : ''}> ${outcome.above}`;
    case 'zero_advantage':
      return `Share of zero-advantage groups in the ${outcome.stage} stage: ${outcome.of} ÷ ${outcome.against} ≤ ${outcome.ratioAtMost}`;
    default:
      return outcome satisfies never;
  }
}

function settingSection(config: ExperimentConfig, result: SettingResult, figure: string): string[] {
  const { setting, arms } = result;
  return [
    `## ${setting.label}`,
    `Every arm starts from \`${setting.checkpoint}\`, tasks \`${setting.tasks}\`.`,
    table(
      [
        'arm',
        'updates',
        ...MEASURES.map((measure) => MEASURE_NAMES[measure]),
        'per seed (accuracy / F1)',
        ...STAGES.map((stage) => `zero-advantage groups, ${stage}`),
      ],
      arms.map((arm) => armRow(config, arm)),
    ),
    `![Learning curves](${figure})`,
    ...(arms.some((arm) => arm.name === 'two-stage') && arms.some((arm) => arm.name === 'reasoning')
      ? ['By question kind, two-stage − reasoning:', kindTable(result)]
      : []),
  ];
}

function armRow(config: ExperimentConfig, arm: ArmResult): string[] {
  const declared = config.arms.find(({ name }) => name === arm.name)!;
  const stages = declared.stages.map(({ stage, updates }) => `${updates} ${stage}`).join(', then ');
  const seeds = declared.stages.length === 0 ? arm.seeds.slice(0, 1) : arm.seeds;
  return [
    `**${arm.name}** ${arm.label}`,
    stages || 'none',
    ...MEASURES.map((measure) => {
      const { difference, low, high } = levelOf(arm, measure);
      return withInterval(difference, low, high, false);
    }),
    seeds
      .map(
        ({ final }) =>
          `${mean(final.accuracy ?? [NaN]).toFixed(3)} / ${mean(final.description_f1 ?? [NaN]).toFixed(2)}`,
      )
      .join(', '),
    ...STAGES.map((stage) =>
      declared.stages.some((run) => run.stage === stage) ? percent(zeroShare(arm, stage)) : '–',
    ),
  ];
}

function kindTable(result: SettingResult): string {
  const kinds = [...new Set(result.kinds)].sort();
  return table(
    ['kind', 'n', ...MEASURES.map((measure) => MEASURE_NAMES[measure])],
    kinds.map((kind) => {
      const of = onlyKind(result, kind);
      return [
        kind,
        String(of.kinds.length),
        ...MEASURES.map((measure) => {
          const { difference, low, high } = differenceOf(of, measure, 'two-stage', 'reasoning');
          return withInterval(difference, low, high, true);
        }),
      ];
    }),
  );
}

function onlyKind(result: SettingResult, kind: string): SettingResult {
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, i) => result.kinds[i] === kind);
  const arms = result.arms.map((arm) => ({
    ...arm,
    seeds: arm.seeds.map((seed) => ({
      ...seed,
      final: {
        accuracy: seed.final.accuracy && keep(seed.final.accuracy),
        description_f1: seed.final.description_f1 && keep(seed.final.description_f1),
      },
    })),
  }));
  return { ...result, qids: keep(result.qids), kinds: keep(result.kinds), arms };
}

/** Accuracy, F1 and zero-advantage share over updates: mean over seeds, band from the lowest to the highest. */
function curves({ arms }: SettingResult, samples: number): string {
  const start = arms.find((arm) => arm.seeds.every(({ zeroAdvantage }) => zeroAdvantage.length === 0));
  const trained = arms.filter((arm) => arm !== start);
  const measureChart = (measure: (typeof MEASURES)[number]): Chart => ({
    title: MEASURE_NAMES[measure],
    xLabel: 'updates',
    yLabel: `first ${samples} samples`,
    lines: trained.map((arm) => {
      const series = arm.seeds.map(({ curve }, s) => [...(start ? start.seeds[s].curve : []), ...curve]);
      return lineOf(
        `${arm.name}: ${arm.label}`,
        series.map((points) => points.map((point) => ({ x: point.update, y: point[measure] ?? NaN }))),
      );
    }),
  });
  const zero: Chart = {
    title: 'Zero-advantage groups',
    xLabel: 'updates',
    yLabel: `share, means of ${WINDOW} updates`,
    lines: trained.map((arm) =>
      lineOf(
        `${arm.name}: ${arm.label}`,
        arm.seeds.map(({ zeroAdvantage }) => windows(zeroAdvantage.flatMap(({ shares }) => shares))),
      ),
    ),
  };
  return chartsSvg(
    [measureChart('accuracy'), measureChart('description_f1'), zero],
    'Learning curves by arm',
  );
}

function windows(shares: readonly number[]): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  for (let from = 0; from < shares.length; from += WINDOW) {
    const window = shares.slice(from, from + WINDOW);
    points.push({ x: from + window.length, y: mean(window) });
  }
  return points;
}

function lineOf(label: string, series: readonly (readonly { x: number; y: number }[])[]): Line {
  return {
    label,
    points: series[0].map(({ x }, i) => {
      const values = series.map((points) => points[i].y);
      return { x, y: mean(values), low: Math.min(...values), high: Math.max(...values) };
    }),
  };
}

/** Two-stage − reasoning over the severity of perception faults, a line per severity of reasoning faults. */
function gridOf(result: ExperimentResult): string | null {
  const placed = result.settings.filter(({ setting }) => setting.grid);
  if (placed.length === 0 || placed.length < result.settings.length) return null;
  const columns = [...new Set(placed.map(({ setting }) => setting.grid!.x))];
  const series = [...new Set(placed.map(({ setting }) => setting.grid!.series))];
  const charts = MEASURES.map((measure): Chart => {
    const lines = series.map((name) => ({
      label: name,
      points: placed
        .filter(({ setting }) => setting.grid!.series === name)
        .map((setting) => {
          const { difference, low, high } = differenceOf(setting, measure, 'two-stage', 'reasoning');
          return { x: columns.indexOf(setting.setting.grid!.x), y: difference, low, high };
        }),
    }));
    const ends = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [-low, high]));
    // Of one width above and below 0, in fifths, so that nothing is cut off.
    const most = Math.ceil(Math.max(0.2, ...ends) * 5) / 5;
    return {
      title: `${MEASURE_NAMES[measure]}: two-stage − reasoning`,
      xLabel: 'perception faults of the teacher',
      yLabel: 'difference',
      range: [-most, most],
      categories: columns,
      lines,
    };
  });
  return chartsSvg(charts, 'Difference between two-stage and reasoning by severity of faults');
}

function tunedTable(tuned: readonly TunedConfig[]): string {
  const note =
    'On train samples that no arm trains on, with other seeds than those reported. Nothing was tuned on the held-out part.';
  const rows = tuned.map(({ sha256, seeds, train, arms }) => [
    `\`${sha256.slice(0, 12)}\``,
    `\`${JSON.stringify(train)}\``,
    String(seeds.length),
    arms
      .map(
        ({ name, updates, accuracy, description_f1 }) =>
          `${name} (${updates}): ${accuracy.toFixed(3)} / ${description_f1?.toFixed(2) ?? '–'}`,
      )
      .join('; '),
  ]);
  return `${note}\n\n${table(['config', 'over the preset', 'seeds', 'arm (updates): accuracy / F1'], rows)}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function withInterval(value: number, low: number, high: number, signed: boolean): string {
  const digits = (number: number): string => `${signed && number >= 0 ? '+' : ''}${number.toFixed(3)}`;
  return `${digits(value)} [${digits(low)}, ${digits(high)}]`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Lines for a terminal: the declared outcomes and the arms. */
export function summaryLines(result: ExperimentResult): string[] {
  return result.settings.flatMap((setting) => [
    setting.setting.name,
    ...setting.arms.map((arm) => {
      const [accuracy, f1] = MEASURES.map((measure) => levelOf(armOf(setting, arm.name), measure).difference);
      return `  ${arm.name.padEnd(20)} accuracy ${accuracy.toFixed(3)}  F1 ${f1.toFixed(3)}`;
    }),
    ...result.outcomes
      .filter((outcome) => outcome.setting === setting.setting.name)
      .map(
        (outcome) =>
          `  ${outcome.holds ? 'holds' : 'does not hold'}: ${sentence(outcome.outcome)} (${outcome.value.toFixed(3)})`,
      ),
  ]);
}
