/** Whoever ships the site ships these packages: NOTICE must name them all. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TABLES } from './engine/tasks/charts/tables.ts';

interface LockedPackage {
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
const notice = read('NOTICE');

const shipped = Object.entries(packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
  .map(([path, { license }]) => ({ name: path.replace(/^.*node_modules\//, ''), license: license ?? 'none' }))
  // Types leave no trace in what is shipped.
  .filter(({ name }) => !/^@types\/|^@webgpu\/types$/.test(name));

test('NOTICE names every package that is shipped, with its licence', () => {
  expect(shipped.length).toBeGreaterThan(10);
  const missing = shipped.filter(({ name, license }) => !notice.includes(`\n${name} (${license}`));
  expect(missing).toEqual([]);
});

test('NOTICE names no package that has gone', () => {
  const named = [...notice.matchAll(/^(@?[\w./-]+) \([^)\n]+\)$/gm)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !shipped.some((one) => one.name === name))).toEqual([]);
});

test('shipped licences are permissive', () => {
  const permissive = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)( AND (MIT|ISC|BSD-3-Clause))*$/;
  expect(shipped.filter(({ license }) => !permissive.test(license))).toEqual([]);
});

test('NOTICE names the source and the licence of every table that charts are drawn from', () => {
  expect(TABLES.length).toBeGreaterThan(10);
  const missing = TABLES.filter(({ source, license }) => !notice.includes(`  - ${source}, ${license}`));
  expect(missing).toEqual([]);
});
