/** Which charts there are, what each draws, and where its words come from. */
import { METRIC_DEFINITIONS } from '../../engine/rl/metricDefinitions.ts';

export interface ChartLine {
  /** Name of the metric. */
  readonly metric: string;
  /** CSS custom property. */
  readonly token: string;
  readonly dash?: string;
  /** In the legend; the metric's own label when left out. */
  readonly label?: string;
}
export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  /** At most four. */
  readonly lines: readonly ChartLine[];
  /** Band of the first line ± this metric. */
  readonly plusMinus?: { readonly metric: string; readonly label: string };
  readonly stacked?: boolean;
  readonly domain?: readonly [number, number];
  /** `advantages`: quantiles of the kept records instead of metrics. */
  readonly source?: 'advantages';
  readonly hint?: string;
}
export interface ChartGroup {
  readonly title: string;
  readonly charts: readonly ChartSpec[];
}

const ONE = '--accent';
const TWO = '--negative';
const THREE = '--easy';
const FOUR = '--text-muted';

/** Lines of the advantage chart: key → quantile. */
export const ADVANTAGE_QUANTILES = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
export type AdvantageQuantile = keyof typeof ADVANTAGE_QUANTILES;

function single(id: string, title: string, metric: string, more: Partial<ChartSpec> = {}): ChartSpec {
  return { id, title, lines: [{ metric, token: ONE }], ...more };
}

export const CHART_GROUPS: readonly ChartGroup[] = [
  {
    title: 'Reward and signal',
    charts: [
      single('reward', 'Reward', 'reward', {
        plusMinus: { metric: 'reward_std', label: '± batch std' },
        hint: 'The band is ± reward_std, which is over the whole batch. Advantages divide by each group’s own std.',
      }),
      {
        id: 'terms',
        // No fixed range: the clip term can be negative.
        title: 'Reward terms',
        lines: [
          { metric: 'rewards/clip/mean', token: ONE, label: 'clip' },
          { metric: 'rewards/keyword/mean', token: TWO, dash: '6 3', label: 'keyword' },
          { metric: 'rewards/format/mean', token: THREE, dash: '2 3', label: 'format' },
          { metric: 'rewards/length/mean', token: FOUR, dash: '8 3 2 3', label: 'length' },
        ],
        hint: 'Values before their weights. Reasoning has only accuracy and format; clip, keyword and length stop there.',
      },
      {
        id: 'advantage',
        title: 'Advantages',
        source: 'advantages',
        lines: [
          { metric: 'p75', token: ONE, dash: '2 3', label: '75 %' },
          { metric: 'p50', token: ONE, label: 'median' },
          { metric: 'p25', token: TWO, dash: '2 3', label: '25 %' },
        ],
        hint: 'Quantiles over all rollouts of a step; the band is 5 % to 95 %. From the kept records: the last 200 steps and the pinned ones.',
      },
      {
        id: 'signal',
        title: 'Zero-signal groups',
        stacked: true,
        domain: [0, 1],
        lines: [
          { metric: 'groups/mixed', token: ONE, label: 'mixed' },
          { metric: 'groups/all_correct', token: THREE, dash: '2 2', label: 'all correct' },
          { metric: 'groups/all_wrong', token: TWO, dash: '6 3', label: 'all wrong' },
          { metric: 'groups/tied_other', token: FOUR, dash: '8 3 2 3', label: 'tied' },
        ],
        hint: 'Only mixed groups teach. Much all-correct means the stage is done; much all-wrong that it is too hard.',
      },
    ],
  },
  {
    title: 'What the policy can do',
    charts: [
      single('accuracy', 'Accuracy', 'rewards/accuracy/mean', { domain: [0, 1] }),
      single('f1', 'Perception F1', 'perception/f1', { domain: [0, 1] }),
      {
        id: 'length',
        title: 'Response length',
        lines: [
          { metric: 'completions/mean_length', token: ONE, label: 'mean' },
          { metric: 'completions/min_length', token: FOUR, dash: '2 3', label: 'shortest' },
          { metric: 'completions/max_length', token: FOUR, dash: '6 3', label: 'longest' },
        ],
      },
      single('cut', 'Cut responses', 'completions/clipped_ratio', { domain: [0, 1] }),
    ],
  },
  {
    title: 'Update and speed',
    charts: [
      single('kl', 'KL to reference', 'kl', {
        hint: 'The reference changes with the stage, so KL starts at 0 again.',
      }),
      single('entropy', 'Entropy', 'entropy'),
      {
        id: 'clip-ratio',
        title: 'Clip ratio',
        lines: [
          { metric: 'clip_ratio/high_mean', token: ONE, label: 'high' },
          { metric: 'clip_ratio/low_mean', token: TWO, dash: '6 3', label: 'low' },
        ],
      },
      single('grad-norm', 'Gradient norm', 'grad_norm'),
      single('loss', 'Policy loss', 'policy_loss', {
        hint: 'With one update a step the ratio is 1 and this stays near 0; it is no measure of progress.',
      }),
      {
        id: 'mismatch',
        title: 'Decode mismatch',
        lines: [
          { metric: 'mismatch', token: ONE, label: 'mean' },
          { metric: 'mismatch/max', token: FOUR, dash: '2 3', label: 'largest' },
        ],
      },
      single('throughput', 'Throughput', 'tokens_per_second'),
      single('step-time', 'Step time', 'step_time'),
    ],
  },
];

const CUSTOM_TERM = /^rewards\/(custom:.+)\/mean$/;

/** A chart a custom term that the run has metrics of; the user's recipe decides how many there are. */
export function customCharts(names: readonly string[]): ChartGroup[] {
  const charts = names.flatMap((metric) => {
    const term = CUSTOM_TERM.exec(metric)?.[1];
    return term === undefined ? [] : [single(term, term, metric, { domain: [0, 1] })];
  });
  return charts.length === 0 ? [] : [{ title: 'Custom reward terms', charts }];
}

/** What a metric means; a custom term's is the same for all of them. */
function definitionOf(metric: string): string {
  if (CUSTOM_TERM.test(metric)) {
    return 'Mean over the step’s rollouts of the value that the term’s own code gave, before its weight; a failure counts 0.';
  }
  return METRIC_DEFINITIONS[metric]?.definition ?? metric;
}

/** Definition of a chart: its metrics' definitions, each under its label when there are several. */
export function chartDefinition(spec: ChartSpec): string {
  if (spec.source === 'advantages') {
    return 'Advantage of a rollout: (its reward − its group’s mean) / (its group’s std + ε), the same for all its tokens.';
  }
  const texts = spec.lines.map((line) => {
    const text = definitionOf(line.metric);
    return spec.lines.length > 1 ? `${lineLabel(line)}: ${text}` : text;
  });
  return texts.join(' ');
}

export function lineLabel(line: ChartLine): string {
  return line.label ?? METRIC_DEFINITIONS[line.metric]?.label ?? line.metric;
}

/** Unit of the chart's values, empty for plain numbers. */
export function chartUnit(spec: ChartSpec): string {
  return METRIC_DEFINITIONS[spec.lines[0].metric]?.unit ?? '';
}

/** Every metric a chart reads. */
export function metricsOf(spec: ChartSpec): string[] {
  if (spec.source === 'advantages') return [];
  return [...spec.lines.map((line) => line.metric), ...(spec.plusMinus ? [spec.plusMinus.metric] : [])];
}
