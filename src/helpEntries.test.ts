/** The glossary as the page composes it, from charts and Setup. */
import { expect, test } from 'vitest';
import { CHART_GROUPS, metricsOf } from './panels/charts/chartList.ts';
import { helpEntries } from './panels/help/index.ts';
import { SETTINGS } from './settings.ts';

const charts = CHART_GROUPS.flatMap((group) => group.charts);
const entries = helpEntries({ charts, fields: SETTINGS });

test.each(charts.map((chart) => [chart.title, chart] as const))(
  '%s is in the glossary, with its hint',
  (_, chart) => {
    for (const metric of metricsOf(chart)) expect(entries.map(({ at }) => at)).toContain(metric);
    if (chart.hint !== undefined && chart.source !== 'advantages') {
      expect(entries.map(({ hint }) => hint)).toContain(chart.hint);
    }
  },
);

test('every setting is there once', () => {
  const settings = entries.filter(({ kind }) => kind === 'field').map(({ term, at }) => `${at}: ${term}`);
  expect(settings.length).toBe(SETTINGS.flatMap(({ fields }) => [...fields]).length);
  expect(new Set(settings).size).toBe(settings.length);
});
