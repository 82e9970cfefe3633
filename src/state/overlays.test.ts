/** Stored runs as overlays, through the real database code over an IndexedDB in memory. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { wholeRun } from '../../fixtures/wholeRun.ts';
import { MOST_OVERLAYS, clearOverlays, overlayStore, toggleOverlay } from './overlays.ts';
import { deleteRun } from './runList.ts';
import { refreshRuns, runDatabase, setRuns } from './runStore.ts';

const overlays = () => overlayStore.getState().overlays;
const keep = async (id: string, steps: number) => {
  await (await runDatabase()).saveWhole(wholeRun(id, steps));
  await refreshRuns();
};

beforeEach(async () => {
  clearOverlays();
  for (const { id } of await (await runDatabase()).list()) await (await runDatabase()).remove(id);
  setRuns({ live: null, stored: [] });
});

test('a chosen run has all its scalars, and is let go again', async () => {
  await keep('a', 3);
  await toggleOverlay('a');
  expect(overlays()[0].series.rows()).toEqual(wholeRun('a', 3).metrics);
  await toggleOverlay('a');
  expect(overlays()).toEqual([]);
});

test('each overlay has a dash of its own, which the others keep when one goes', async () => {
  const ids = Array.from({ length: MOST_OVERLAYS + 1 }, (_, i) => `run-${i}`);
  for (const id of ids) await keep(id, 1);
  for (const id of ids.slice(0, MOST_OVERLAYS)) await toggleOverlay(id);
  const before = new Map(overlays().map(({ id, dash }) => [id, dash]));
  expect(new Set(before.values()).size).toBe(MOST_OVERLAYS);
  await expect(toggleOverlay(ids[MOST_OVERLAYS])).rejects.toThrow('take one away');
  await toggleOverlay(ids[0]);
  await toggleOverlay(ids[MOST_OVERLAYS]);
  for (const { id, dash } of overlays()) expect(dash).toBe(before.get(id) ?? before.get(ids[0]));
});

test('a deleted run is drawn no longer, one that was trained further is read anew', async () => {
  await keep('a', 2);
  await keep('b', 2);
  await toggleOverlay('a');
  await toggleOverlay('b');
  await deleteRun('a');
  expect(overlays().map(({ id }) => id)).toEqual(['b']);
  await keep('b', 4);
  await vi.waitFor(() => expect(overlays()[0].series.rows()).toHaveLength(4));
});
