import { describe, expect, it } from 'vitest';
import { disagreement } from './agreement.ts';
import { markdownReport, terminalReport } from './report.ts';
import type { BenchResults, Counted } from './results.ts';
import { markdownTable, shown, shownRatio, terminalTable } from './table.ts';
import { verdicts } from './targets.ts';

const table = {
  head: ['', 'ms'],
  rows: [
    ['ours', '1,200'],
    ['a|b', '7'],
  ],
};

describe('tables', () => {
  it('line up in a terminal', () => {
    expect(terminalTable(table)).toBe(
      ['         ms', '────  ─────', 'ours  1,200', 'a|b       7'].join('\n'),
    );
  });
  it('escape what Markdown would read', () => {
    expect(markdownTable(table)).toBe('|  | ms |\n| :-- | --: |\n| ours | 1,200 |\n| a\\|b | 7 |');
  });
  it('show three digits', () => {
    expect([12345.6, 99.96, 1.2345, 0, null].map(shown)).toEqual(['12,346', '100', '1.23', '0', '–']);
    expect(shownRatio({ median: 3.14159, least: 2.5, most: 4 })).toBe('3.14× (2.5–4)');
  });
});

describe('disagreement', () => {
  const trained = { loss: -0.2, kl: 0.7, gradNorm: 3 };
  it('names who computes something else', () => {
    const same = { contender: 'plain tfjs', trained: { ...trained, loss: -0.200001 } } as const;
    const other = { contender: 'jax-js', trained: { ...trained, gradNorm: 3.1 } } as const;
    const broken = { contender: 'jax-js', trained: { ...trained, loss: NaN } } as const;
    const ours = { contender: 'ours', trained } as const;
    expect(disagreement([ours, same])).toBeNull();
    expect(disagreement([ours, same, other])).toBe(
      'jax-js does not compute what ours does: gradNorm 3.1, not 3',
    );
    expect(disagreement([ours, broken])).toMatch(/loss NaN/);
  });
});

const counted: Counted = {
  scenario: 'tiny',
  contender: 'ours',
  measure: 'rollouts',
  tokens: 64,
  counts: {
    dispatches: 3000,
    submits: 1,
    readBacks: 1,
    bytesRead: 8192,
    bytesWritten: 2e6,
    bytesAllocated: 0,
    bindGroups: 0,
    pipelines: 0,
    javascriptMicroseconds: 6400,
    byPipeline: { matmul: 2000, '': 1000 },
  },
};
const call = { preset: 'tiny', measure: 'rollouts', round: 0, milliseconds: 100, trained: null } as const;
const results: BenchResults = {
  date: '2026-11-27',
  form: 'full',
  adapter: { vendor: 'google', architecture: 'swiftshader', device: '', description: '', isSoftware: true },
  machine: { Chromium: '156' },
  timings: [
    { ...call, contender: 'ours', tokens: 1000 },
    { ...call, contender: 'plain tfjs', tokens: 100 },
    { ...call, contender: 'jax-js', tokens: 500 },
  ],
  profiles: [
    {
      preset: 'tiny',
      measure: 'rollouts',
      kernels: [
        { kernel: 'linear', dispatches: 40, milliseconds: 75, share: 0.75 },
        { kernel: 'sample_tokens', dispatches: 64, milliseconds: 25, share: 0.25 },
      ],
    },
  ],
  counted: [counted],
  notes: ['nano was stopped'],
};

describe('targets', () => {
  it('are reached, missed or not measured', () => {
    const reached = Object.fromEntries(verdicts(results).map(({ target, reached }) => [target, reached]));
    expect(reached).toMatchObject({
      'rollouts: ≥ 8× plain tfjs': true,
      'rollouts: ≥ 3× jax-js': false,
      'rollouts: ≤ 1 read-backs a batch': true,
      'rollouts: ≤ 20 µs of JavaScript a token step': false,
      'training: ≥ 3× plain tfjs': null,
      'optimiser: ≤ 4 dispatches': null,
    });
  });
});

describe('report', () => {
  it('says adapter, date, figures, and why a target is missed', () => {
    const text = markdownReport(results);
    expect(text).toContain('- date: 2026-11-27');
    expect(text).toContain('swiftshader (computes on the CPU');
    expect(text).toContain('| rollouts: ≥ 3× jax-js | 2× (2–2) | no |');
    expect(text).toContain('JavaScript takes 6.4 ms for 64 token steps of 100 ms (6 %): faster kernels');
    expect(text).toContain('The device spends most of it in linear 75 %, sample_tokens 25 %.');
    expect(text).toContain('| rollouts | linear | 40 | 75 | 75 % |');
    expect(text).toContain('| rollouts | matmul | 2,000 | 67 % |');
    expect(text).toContain('- nano was stopped');
  });
  it('shows the same numbers in a terminal', () => {
    expect(terminalReport(results)).toMatch(/rollouts: ≥ 8× plain tfjs +10× \(10–10\) +yes/);
  });
});
