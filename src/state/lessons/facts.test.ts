/** What a stop says of the run at hand, on the records of a run that really trained. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { decodeRecordedRun } from '../../runs/index.ts';
import { recordsStore, restoreRecords } from '../records.ts';
import { goLive, select, selectionStore } from '../selection.ts';
import { factOf } from './facts.ts';
import { isMet } from './goals.ts';

const file = resolve(import.meta.dirname, '../../../public/runs/two-stage.run');
const { records } = decodeRecordedRun(new Uint8Array(readFileSync(file)));
const NO_SIGNAL = ['all_correct', 'all_wrong', 'tied_other'] as const;

beforeEach(() => {
  recordsStore.setState(recordsStore.getInitialState());
  selectionStore.setState(selectionStore.getInitialState());
});

test('before the first step nothing is said', () => {
  for (const name of [
    'signals',
    'chosenResponse',
    'chosenGroup',
    'descriptions',
    'descriptionTrend',
    'drift',
  ] as const)
    expect(factOf(name)).toBe('');
});

test('the signals add up to the groups of the step on screen', () => {
  restoreRecords(records, []);
  for (const { step, groups, metrics } of records) {
    select({ step });
    const counts = [...factOf('signals').matchAll(/(\d+) (?:mixed|all|tied)/g)].map(([, count]) =>
      Number(count),
    );
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(groups.length);
    const mixed = Math.round(metrics['groups/mixed'] * groups.length);
    if (mixed > 0) expect(factOf('signals')).toContain(`${mixed} mixed`);
  }
});

test('of the chosen group it is said whether it has a signal, and its advantages are 0 only where it has none', () => {
  restoreRecords(records, []);
  const seen = new Set<boolean>();
  for (const { step, groups } of records) {
    groups.forEach(({ signal, rollouts }, group) => {
      select({ step, group, rollout: 1 });
      const zeros = rollouts.map(() => '0').join(', ');
      const isMixed = signal === 'mixed';
      seen.add(isMixed);
      expect(factOf('chosenGroup').includes(`advantages ${zeros}.`)).toBe(!isMixed);
      expect(factOf('chosenGroup').includes('choose one marked “no signal”')).toBe(isMixed);
      expect(factOf('chosenResponse')).toContain(`each of its ${rollouts[1].tokenIds.length} tokens`);
      expect(isMet({ kind: 'group', signals: NO_SIGNAL, orNone: false, ask: '' })).toBe(!isMixed);
    });
  }
  expect(seen).toEqual(new Set([true, false]));
});

test('a trend is of the last five steps against the first five, and of single steps before there are ten', () => {
  restoreRecords(records.slice(0, 4), []);
  goLive();
  const f1 = (at: number) => records[at].metrics['perception/f1'].toFixed(2);
  expect(factOf('descriptionTrend')).toBe(
    `Step ${records[0].step} against step ${records[3].step}: description F1 ${f1(0)} to ${f1(3)}.`,
  );
  expect(factOf('descriptions')).toContain(`F1 is ${f1(3)} on average`);
  const twelve = Array.from({ length: 12 }, (_, at) => ({ ...records[at % 4], step: at + 1 }));
  restoreRecords(twelve, []);
  const mean = (from: number) =>
    twelve.slice(from, from + 5).reduce((sum, { metrics }) => sum + metrics['rewards/keyword/mean'], 0) / 5;
  expect(factOf('drift')).toContain(
    `Steps 1 to 5 against steps 8 to 12: keyword ${mean(0).toFixed(2)} to ${mean(7).toFixed(2)}, format`,
  );
});

test('a goal that a step cannot give is met where it may be', () => {
  const tied = {
    ...records[0],
    groups: records[0].groups.map((group) => ({ ...group, signal: 'all_wrong' as const })),
  };
  restoreRecords([tied], []);
  goLive();
  expect(isMet({ kind: 'group', signals: ['mixed'], orNone: true, ask: '' })).toBe(true);
  expect(isMet({ kind: 'group', signals: ['mixed'], orNone: false, ask: '' })).toBe(false);
});
