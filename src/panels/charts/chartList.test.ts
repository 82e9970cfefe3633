import { describe, expect, it } from 'vitest';
import { METRIC_DEFINITIONS } from '../../engine/rl/metricDefinitions.ts';
import { CHART_GROUPS, chartDefinition, customCharts, metricsOf } from './chartList.ts';

const charts = CHART_GROUPS.flatMap((group) => group.charts);

describe('the charts', () => {
  it.each(charts.map((spec) => [spec.id, spec] as const))(
    '%s draws at most four defined metrics',
    (_, spec) => {
      expect(spec.lines.length).toBeLessThanOrEqual(4);
      for (const metric of metricsOf(spec)) expect(METRIC_DEFINITIONS[metric]?.definition).toBeTruthy();
      expect(chartDefinition(spec).length).toBeGreaterThan(20);
    },
  );

  it('follow the custom terms of the run', () => {
    expect(customCharts(['reward', 'rewards/clip/mean'])).toEqual([]);
    const [{ charts: own }] = customCharts(['rewards/custom:a-b/mean', 'rewards/custom:a-b/std', 'reward']);
    expect(own).toMatchObject([{ title: 'custom:a-b', lines: [{ metric: 'rewards/custom:a-b/mean' }] }]);
    expect(chartDefinition(own[0])).toMatch(/own code/);
  });

  it('have ids of their own, and lines that differ by more than colour', () => {
    expect(new Set(charts.map((spec) => spec.id)).size).toBe(charts.length);
    for (const spec of charts) {
      const dashes = spec.lines.map((line) => line.dash ?? 'solid');
      if (spec.id !== 'advantage') expect(new Set(dashes).size).toBe(spec.lines.length);
    }
  });
});
