import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { presetByName, SHIPPED_CHECKPOINTS } from '../../worker/protocol.ts';
import { COMMANDS } from '../commandList.ts';
import { valueAt } from '../config.ts';
import { LESSON_NAMES, LESSONS } from './index.ts';
import { LOCKABLE, PLACES, type Lesson } from './types.ts';

const root = resolve(import.meta.dirname, '../../..');
const panels = join(root, 'src/panels');
const code = ['src/panels', 'src/ui', 'src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder !== 'src', encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name) && !name.startsWith('lesson'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8')),
);
const source = code.join('\n');
const lessons = new Map<string, Lesson>();

beforeAll(async () => {
  for (const name of LESSON_NAMES) lessons.set(name, await LESSONS[name].load());
});

describe.each(LESSON_NAMES)('the lesson %s', (name) => {
  const lesson = (): Lesson => lessons.get(name)!;

  test('is what the list says', () => {
    expect(lesson()).toMatchObject({ name, title: LESSONS[name].title });
    expect(lesson().stops.length).toBeGreaterThanOrEqual(6);
  });

  test('starts from a config that there is', () => {
    const { start } = lesson();
    if (!start) return;
    const preset = presetByName(start.preset);
    for (const path of Object.keys(start.edits)) expect(valueAt(preset, path)).not.toBeUndefined();
    expect(start.easyFrom).toBeLessThanOrEqual(preset.split.n);
    expect(start.mediumFrom).toBeLessThan(start.easyFrom);
    if (start.checkpoint !== null) {
      expect(SHIPPED_CHECKPOINTS.map((shipped) => shipped.name)).toContain(start.checkpoint);
    }
  });

  test('asks for nothing that it locks', () => {
    for (const { goal, allow, title } of lesson().stops) {
      if (!goal || allow === 'all') continue;
      const ways: Record<typeof goal.kind, readonly string[]> = {
        steps: ['play', 'step', 'subStep'],
        phase: ['subStep'],
        group: [],
        split: ['split'],
        edited: ['setup'],
        hack: ['hacks'],
      };
      const needed = ways[goal.kind];
      if (needed.length > 0)
        expect({ title, open: allow.some((id) => needed.includes(id)) }).toEqual({ title, open: true });
    }
  });

  test('gives its reader back everything at the end', () => {
    expect(lesson().stops.at(-1)?.allow).toBe('all');
    expect(lesson().stops.at(-1)?.goal).toBeNull();
  });

  test('has no markup left open', () => {
    for (const text of lesson().stops.flatMap((stop) => stop.text)) {
      expect((text.match(/`/g) ?? []).length % 2).toBe(0);
      expect(text.replace(/`[^`]*`/g, '').match(/\*/g)?.length ?? 0).toSatisfy(
        (stars: number) => stars % 2 === 0,
      );
    }
  });
});

test.each(Object.entries(PLACES))('the place %s is what something calls itself', (_, selector) => {
  const names = [...selector.matchAll(/\[([\w-]+)="([^"]+)"\]/g)];
  expect(names.length).toBeGreaterThan(0);
  for (const [, attribute, value] of names) {
    const ways = {
      'data-testid': [`testId="${value}"`, `data-testid="${value}"`],
      'aria-label': [`aria-label="${value}"`, `: '${value}'}`],
      'data-command': [`id="${value}"`],
      'data-path': [`path: '${value}'`],
    }[attribute];
    // Charts and hack runs put theirs together.
    const made = value.match(/^(chart|hack-run)-(.+)$/);
    const found = made
      ? source.includes(`data-testid={\`${made[1]}-\${`) && readPanels(made[1]).includes(`'${made[2]}'`)
      : ways?.some((way) => source.includes(way));
    expect({ value, found }).toEqual({ value, found: true });
  }
});

test('every place is used by a lesson', () => {
  const used = new Set([...lessons.values()].flatMap((one) => one.stops.map((stop) => stop.place)));
  expect(Object.keys(PLACES).filter((place) => !used.has(place as keyof typeof PLACES))).toEqual([]);
});

test('the commands that change the run can be locked', () => {
  const lockable = COMMANDS.map(({ id }) => id).filter((id) => (LOCKABLE as readonly string[]).includes(id));
  expect(lockable.sort()).toEqual(['newSeed', 'play', 'reset', 'step', 'subStep']);
});

test('what the perception lesson says was measured is in the report', () => {
  const report = JSON.parse(readFileSync(join(root, 'docs/experiments/two-stage.json'), 'utf8')) as {
    seeds: number[];
    settings: { qids: string[] }[];
  };
  const table = readFileSync(join(root, 'docs/experiments/two-stage.md'), 'utf8');
  const row = (arm: string): string[] => {
    const cells =
      table
        .split('\n')
        .find((line) => line.startsWith(`| **${arm}**`))
        ?.split('|') ?? [];
    return cells.slice(3, 5).map((cell) => Number(cell.trim().split(' ')[0]).toFixed(2));
  };
  const tied = (arm: string): string[] => {
    const line = table.split('\n').find((one) => one.startsWith(`| **${arm}**`)) ?? '';
    return line
      .split('|')
      .slice(6, 8)
      .map((cell) => cell.trim());
  };
  const config = JSON.parse(readFileSync(join(root, 'experiments/two-stage.json'), 'utf8')) as {
    split: { questions: number };
    train: Record<string, unknown>;
  };
  const text = lessons
    .get('perception-first')!
    .stops.flatMap((stop) => stop.text)
    .join(' ');
  expect(text).toContain(`accuracy ${row('warm-up')[0]}, description F1 ${row('warm-up')[1]}`);
  expect(text).toContain(`updates of reasoning: ${row('reasoning').join(' and ')}`);
  expect(text).toContain(`60 of reasoning: ${row('two-stage').join(' and ')}`);
  expect(text).toContain(`ends at ${row('reversed')[0]}`);
  expect(text).toContain(`as good (${row('two-stage-no-split')[0]}`);
  expect(text).toContain(`${report.settings[0].qids.length} held-out samples`);
  expect(text).toContain('five seeds');
  expect(report.seeds).toHaveLength(5);
  const [perception, reasoning] = tied('two-stage');
  expect(text).toContain(`seldom tie: ${perception} of them`);
  expect(text).toContain(`perception stage, ${reasoning} in its reasoning stage`);
  expect(text).toContain(`instead of ${config.split.questions}`);
  const { preset, edits } = lessons.get('perception-first')!.start!;
  const differing = Object.entries(config.train).filter(
    ([key, value]) =>
      typeof value !== 'object' && value !== (edits[key] ?? valueAt(presetByName(preset), key)),
  );
  expect(differing).toEqual([]);
  const share = /two-stage ÷ two-stage-no-split ≤ ([\d.]+) \| ([\d.]+)/.exec(table);
  expect(
    lessons
      .get('equal-groups')!
      .stops.flatMap((stop) => stop.text)
      .join(' '),
  ).toContain(`(${share?.[2]} of the share without a split, where ${share?.[1]} or less was declared)`);
});

test('what the perception lesson says of milder faults and of pictures is in the reports', () => {
  const section = (name: string, title: string): number[] => {
    const table = readFileSync(join(root, `docs/experiments/${name}.md`), 'utf8').split(`## ${title}`)[1];
    return ['reasoning', 'two-stage'].map((arm) =>
      Number(new RegExp(`\\| \\*\\*${arm}\\*\\*[^|]*\\|[^|]*\\| ([\\d.]+)`).exec(table)?.[1]),
    );
  };
  for (const title of ['all colours at 0.9; no reasoning faults', 'all colours at 0.9; off by one']) {
    const [reasoning, both] = section('fault-sweep', `Perception faults: ${title}`);
    expect(Math.abs(both - reasoning)).toBeLessThanOrEqual(0.04);
  }
  const [reasoning, both] = section('suites', 'Pictures');
  expect(reasoning - both).toBeGreaterThan(0.3);
});

function readPanels(kind: string): string {
  return kind === 'chart'
    ? readFileSync(join(panels, 'charts/chartList.ts'), 'utf8')
    : readFileSync(join(root, 'src/engine/rl/hackPresets.ts'), 'utf8');
}
