/**
 * Writes src/engine/tasks/charts/tables.ts from the tables of the npm package vega-datasets 3.2.1:
 *
 *     npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
 *     node scripts/chartTables.mjs package && npx prettier --write src/engine/tasks/charts/tables.ts
 *
 * Only tables that the package's datapackage.json declares public domain, US government, CC0, CC BY or Open
 * Government Licence are taken. Numbers are scaled as a title says and rounded to whole ones; rows outside 0 to 20
 * are left out, and so is a series with fewer than four rows left or with one value only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST = 20;
const folder = process.argv[2];
if (!folder) throw new Error('chartTables: got no folder; give that of the unpacked vega-datasets package');

const text = (/** @type {string} */ name) => readFileSync(join(folder, 'data', name), 'utf8');
const json = (/** @type {string} */ name) => JSON.parse(text(name));
/** @returns {Record<string, string>[]} */
function csv(/** @type {string} */ name) {
  const [head, ...lines] = text(name).trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

/** Rows [name, value] into series by name, in the order in which they come. */
function group(/** @type {(readonly [string, number])[]} */ rows) {
  /** @type {Map<string, number[]>} */
  const series = new Map();
  for (const [name, value] of rows) series.set(name, [...(series.get(name) ?? []), value]);
  return [...series];
}

/** Per month of every year, what `measure` makes of its days. */
function monthly(
  /** @type {string} */ place,
  /** @type {(days: Record<string, string>[]) => number} */ measure,
) {
  /** @type {Map<string, Record<string, string>[]>} */
  const months = new Map();
  for (const day of csv('weather.csv')) {
    const month = day.date.slice(0, 7);
    if (day.location === place) months.set(month, [...(months.get(month) ?? []), day]);
  }
  return [...months.values()].map(measure);
}
const mean = (/** @type {string} */ name) => (/** @type {Record<string, string>[]} */ days) =>
  days.reduce((sum, day) => sum + Number(day[name]), 0) / days.length;
const daysOf =
  (/** @type {string[]} */ ...kinds) =>
  (/** @type {Record<string, string>[]} */ days) =>
    days.filter((day) => kinds.includes(day.weather)).length;
const places = ['Seattle', 'New York'];

const employment = csv('us-employment.csv').filter(({ month }) => /-(01|07)-01$/.test(month));
const sectors = Object.keys(employment[0]).filter((name) => !['month', 'nonfarm_change'].includes(name));
const nations = json('gapminder.json');

const tables = [
  {
    title: 'wheat prices in crowns',
    rows: 'every fifth year from 1565; a crown is five shillings',
    source: 'wheat.json (William Playfair, 1822)',
    license: 'public domain',
    series: [['England', json('wheat.json').map((/** @type {any} */ row) => row.wheat / 5)]],
  },
  {
    title: 'weekly wages in shillings',
    rows: 'every fifth year from 1565',
    source: 'wheat.json (William Playfair, 1822)',
    license: 'public domain',
    series: [['England', json('wheat.json').map((/** @type {any} */ row) => row.wages)]],
  },
  {
    title: 'years of reign',
    rows: 'monarchs from 1565',
    source: 'monarchs.json (The Royal Household)',
    license: 'Open Government Licence v3.0',
    series: [['England', json('monarchs.json').map((/** @type {any} */ row) => row.end - row.start)]],
  },
  {
    title: 'days of rain a month',
    rows: 'months from January 2012',
    source: 'weather.csv (NOAA)',
    license: 'US government work',
    series: places.map((place) => [place, monthly(place, daysOf('rain', 'drizzle'))]),
  },
  {
    title: 'days of sun a month',
    rows: 'months from January 2012',
    source: 'weather.csv (NOAA)',
    license: 'US government work',
    series: places.map((place) => [place, monthly(place, daysOf('sun'))]),
  },
  {
    title: 'mean warmest degrees a month',
    rows: 'months from January 2012, °C',
    source: 'weather.csv (NOAA)',
    license: 'US government work',
    series: places.map((place) => [place, monthly(place, mean('temp_max'))]),
  },
  {
    title: 'mean coldest degrees a month',
    rows: 'months from January 2012, °C',
    source: 'weather.csv (NOAA)',
    license: 'US government work',
    series: places.map((place) => [place, monthly(place, mean('temp_min'))]),
  },
  {
    title: 'electricity in terawatt hours',
    rows: 'years from 2001',
    source: 'iowa-electricity.csv (US Energy Information Administration)',
    license: 'US government work',
    series: group(csv('iowa-electricity.csv').map((row) => [row.source, Number(row.net_generation) / 1000])),
  },
  {
    title: 'people without work in percent',
    rows: 'January and July of the years from 2000',
    source: 'unemployment-across-industries.json (US Bureau of Labor Statistics)',
    license: 'US government work',
    series: group(
      json('unemployment-across-industries.json')
        .filter((/** @type {any} */ row) => row.month === 1 || row.month === 7)
        .map((/** @type {any} */ row) => [row.series, row.rate]),
    ),
  },
  {
    title: 'people at work in millions',
    rows: 'January and July of the years from 2006',
    source: 'us-employment.csv (US Bureau of Labor Statistics)',
    license: 'US government work',
    series: sectors.map((name) => [name, employment.map((row) => Number(row[name]) / 1000)]),
  },
  {
    title: 'hurricanes of a state',
    rows: 'states by name',
    source: 'population_engineers_hurricanes.csv (NOAA)',
    license: 'US government work',
    series: [['USA', csv('population_engineers_hurricanes.csv').map((row) => Number(row.hurricanes))]],
  },
  {
    title: 'depth of beaks in millimetres',
    rows: 'every fourth penguin',
    source: 'penguins.json (Palmer Station, Allison Horst)',
    license: 'CC0 1.0',
    series: group(
      json('penguins.json')
        .filter(
          (/** @type {any} */ row, /** @type {number} */ i) => i % 4 === 0 && row['Beak Depth (mm)'] !== null,
        )
        .map((/** @type {any} */ row) => [row.Species, row['Beak Depth (mm)']]),
    ),
  },
  {
    title: 'children of a woman',
    rows: 'every fifth year from 1955',
    source: 'gapminder.json (Gapminder Foundation)',
    license: 'CC BY 4.0',
    series: group(nations.map((/** @type {any} */ row) => [row.country, row.fertility])),
  },
  {
    title: 'people in millions',
    rows: 'every fifth year from 1955',
    source: 'gapminder.json (Gapminder Foundation)',
    license: 'CC BY 4.0',
    series: group(nations.map((/** @type {any} */ row) => [row.country, row.pop / 1e6])),
  },
];

const kept = tables.map(({ series, ...table }) => ({
  ...table,
  series: series
    .map(([name, values]) => ({
      name,
      values: values.map(Math.round).filter((/** @type {number} */ value) => value >= 0 && value <= LARGEST),
    }))
    .filter(({ values }) => values.length >= 4 && new Set(values).size > 1),
}));
const q = (/** @type {string} */ value) => `'${value.replaceAll("'", "\\'")}'`;
const module = [
  '// Written by scripts/chartTables.mjs from vega-datasets 3.2.1; change that, not this.',
  "import type { Table } from './table.ts';",
  '',
  'export const TABLES: readonly Table[] = [',
  ...kept.flatMap(({ title, rows, source, license, series }) => [
    '  {',
    `    title: ${q(title)},`,
    `    rows: ${q(rows)},`,
    `    source: ${q(source)},`,
    `    license: ${q(license)},`,
    '    series: {',
    ...series.map(({ name, values }) => `      ${q(name)}: ${q(values.join(' '))},`),
    '    },',
    '  },',
  ]),
  '];',
  '',
].join('\n');
writeFileSync('src/engine/tasks/charts/tables.ts', module);
