/** A benchmark's result as a table: for the page, and as Markdown to be sent. */
import type { BenchmarkResult } from '../../state/index.ts';
import { formatNumber, formatShare } from '../../ui/index.ts';

type Timing = BenchmarkResult['timings'][number];

const WORK: Readonly<Record<Timing['measure'], string>> = {
  training: 'training micro-batch',
  rollouts: 'rollout batch',
  step: 'whole step',
};

/** First columns are text, the others numbers. */
export interface ReportTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one row measured, with the state of the fused ops where the backend has any. */
function workOf({ measure, fusedOps }: Timing): string {
  return fusedOps === null ? WORK[measure] : `${WORK[measure]}, fused ops ${fusedOps ? 'on' : 'off'}`;
}

/** The counts are left out where WebGPU does not compute. */
export function reportTable({ timings }: BenchmarkResult): ReportTable {
  const counted = timings.some(({ counts }) => counts !== null);
  return {
    head: ['work', 'ms', 'tokens/s', ...(counted ? ['dispatches', 'submits', 'read-backs', 'JS ms'] : [])],
    rows: timings.map((timing) => {
      const { milliseconds, tokensPerSecond, counts } = timing;
      return [
        workOf(timing),
        formatNumber(milliseconds, 1),
        formatNumber(tokensPerSecond, 0),
        ...(counts
          ? [
              ...[counts.dispatches, counts.submits, counts.readBacks].map((count) => formatNumber(count, 0)),
              formatNumber(counts.javascriptMilliseconds, 1),
            ]
          : []),
      ];
    }),
  };
}

/** Kernels of a call that are named; the others come together. */
const NAMED_KERNELS = 6;

/** Where the GPU's time goes; null where none computed, or it keeps no time. */
export function kernelTable({ profiles }: BenchmarkResult): ReportTable | null {
  if (profiles.length === 0) return null;
  return {
    head: ['kernel', 'dispatches', 'ms', 'share'],
    rows: profiles.flatMap(({ measure, kernels }) => {
      const rest = kernels.slice(NAMED_KERNELS);
      const sum = (of: (kernel: (typeof kernels)[number]) => number) =>
        rest.reduce((total, kernel) => total + of(kernel), 0);
      const others = {
        kernel: `${rest.length} others`,
        dispatches: sum(({ dispatches }) => dispatches),
        milliseconds: sum(({ milliseconds }) => milliseconds),
        share: sum(({ share }) => share),
      };
      return [...kernels.slice(0, NAMED_KERNELS), ...(rest.length > 0 ? [others] : [])].map(
        ({ kernel, dispatches, milliseconds, share }) => [
          `${WORK[measure]}: ${kernel}`,
          formatNumber(dispatches, 0),
          formatNumber(milliseconds, 2),
          formatShare(share),
        ],
      );
    }),
  };
}

/** What it was measured on and when, a fact a line. */
export function reportFacts({ backend, userAgent, at }: BenchmarkResult): readonly [string, string][] {
  const { adapter, name } = backend;
  const fields = adapter && [adapter.vendor, adapter.architecture, adapter.device, adapter.description];
  const described = fields?.filter(Boolean).join(' · ');
  return [
    ['backend', name],
    ...(described
      ? [
          ['adapter', `${described}${adapter?.isSoftware ? ' (computes on the CPU)' : ''}`] as [
            string,
            string,
          ],
        ]
      : []),
    ...(backend.matmul ? [['matmul', backend.matmul] as [string, string]] : []),
    ['browser', userAgent],
    ['date', new Date(at).toISOString()],
  ];
}

/** What the numbers are, and are not. */
export function reportWords({ request }: BenchmarkResult): string {
  const { groups, groupSize, maxNewTokens, rounds } = request;
  return `One machine, one moment; medians of ${rounds} after a warm-up. The tiny policy, ${groups} × ${groupSize} responses of at most ${maxNewTokens} tokens.`;
}

/** What the kernels' times are. */
export const KERNEL_WORDS = 'Where the GPU’s time goes, by its own clock, in one call of each';

function markdownLines({ head, rows }: ReportTable): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? ':--' : '--:'))), ...rows.map(line)];
}

export function reportMarkdown(result: BenchmarkResult): string {
  const kernels = kernelTable(result);
  return [
    ...reportFacts(result).map(([name, value]) => `- ${name}: ${value}`),
    '',
    ...markdownLines(reportTable(result)),
    '',
    reportWords(result),
    '',
    ...(kernels ? [`${KERNEL_WORDS}:`, '', ...markdownLines(kernels), ''] : []),
  ].join('\n');
}
