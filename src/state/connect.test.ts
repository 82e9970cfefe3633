import { beforeEach, expect, test } from 'vitest';
import { startedInfo } from '../../fixtures/startedInfo.ts';
import type { StepRecord } from '../engine/rl/types.ts';
import { runCommand } from './commands.ts';
import { receive } from './connect.ts';
import { RETAINED, recordsStore, togglePin } from './records.ts';
import { goLive, select, selectNearest, selectionStore } from './selection.ts';
import { seriesStore } from './series.ts';
import { sessionStore } from './session.ts';

const info = startedInfo();
const record = (step: number): StepRecord => ({
  step,
  stage: 'perception',
  metrics: { reward: step },
  groups: [],
});
const arrive = (...steps: number[]) =>
  receive(steps.map((step) => ({ type: 'record', record: record(step) })));

beforeEach(() => {
  receive([{ type: 'started', info }]);
  goLive();
});

test('live follows the newest record; selecting pins; going live follows again', () => {
  arrive(1, 2);
  expect(selectionStore.getState()).toMatchObject({ live: true, step: 2 });
  select({ group: 1 });
  arrive(3);
  expect(selectionStore.getState()).toMatchObject({ live: false, step: 2, group: 1 });
  runCommand('goLive');
  expect(selectionStore.getState()).toMatchObject({ live: true, step: 3 });
  runCommand('previousStep');
  expect(selectionStore.getState()).toMatchObject({ live: false, step: 2 });
});

test('a step that is not kept gives the nearest one, and says which was asked for', () => {
  arrive(1, 4);
  selectNearest(3);
  expect(selectionStore.getState()).toMatchObject({ step: 4, asked: 3 });
  select({ step: 4, group: 1 });
  expect(selectionStore.getState().asked).toBe(3);
  selectNearest(1);
  expect(selectionStore.getState()).toMatchObject({ step: 1, asked: null });
  selectNearest(2);
  goLive();
  expect(selectionStore.getState()).toMatchObject({ step: 4, asked: null });
});

test('a new group clears rollout, token and patch; a token keeps them', () => {
  arrive(1);
  select({ group: 1, rollout: 3, token: 5 });
  expect(selectionStore.getState()).toMatchObject({ group: 1, rollout: 3, token: 5 });
  select({ token: 6 });
  expect(selectionStore.getState()).toMatchObject({ rollout: 3, token: 6 });
  select({ group: 2 });
  expect(selectionStore.getState()).toMatchObject({ group: 2, rollout: 0, token: null });
});

test('the newest records and the pinned ones are kept, every scalar is', () => {
  arrive(1, 2);
  togglePin(recordsStore, 1);
  arrive(...Array.from({ length: RETAINED + 20 }, (_, i) => i + 3));
  const { records, steps } = recordsStore.getState();
  expect(records.has(1)).toBe(true);
  expect(records.has(2)).toBe(false);
  expect(steps).toHaveLength(RETAINED + 1);
  expect(seriesStore.view(['reward']).steps).toHaveLength(RETAINED + 22);
});

test('going back to a snapshot drops what came after it, and the selection with it', () => {
  arrive(1, 2, 3, 4);
  select({ step: 4 });
  receive([{ type: 'rewound', step: 2, stageChanges: [] }]);
  expect(recordsStore.getState().steps).toEqual([1, 2]);
  expect([...seriesStore.view(['reward']).steps]).toEqual([1, 2]);
  expect(selectionStore.getState()).toMatchObject({ live: true, step: 2 });
});

test('a new run leaves nothing of the old one', () => {
  arrive(1, 2);
  receive([{ type: 'started', info }]);
  expect(recordsStore.getState().steps).toEqual([]);
  expect(seriesStore.view(['reward']).steps).toHaveLength(0);
  expect(selectionStore.getState()).toMatchObject({ live: true, step: null });
  expect(sessionStore.getState()).toMatchObject({ split: null, stageChanges: [], error: null });
});

test('a fatal error fails the session, another one leaves its status', () => {
  const error = { where: 'update', message: 'loss is NaN', suggestion: '', fatal: false };
  sessionStore.setState({ status: 'paused' });
  receive([{ type: 'error', error }]);
  expect(sessionStore.getState()).toMatchObject({ status: 'paused', error });
  receive([{ type: 'error', error: { ...error, fatal: true } }]);
  expect(sessionStore.getState().status).toBe('failed');
});
