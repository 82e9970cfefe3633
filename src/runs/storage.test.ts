import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { openDB } from 'idb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { stepRecord } from '../../fixtures/stepRecord.ts';
import { savedState, wholeRun } from '../../fixtures/wholeRun.ts';
import { packRecord, unpackRecord } from './recordCodec.ts';
import { RunDatabase, type RunChanges } from './storage.ts';
import { sizeOfState } from './types.ts';

let database: RunDatabase;
beforeEach(async () => {
  vi.restoreAllMocks();
  globalThis.indexedDB = new IDBFactory();
  database = await RunDatabase.open('this tab');
});

/** Step 3 after the two of `wholeRun('a', 2)`. */
const step3 = (): RunChanges => {
  const { header, metrics, records, state } = wholeRun('a', 3);
  return {
    header: { ...header, name: 'as the worker has it' },
    metrics: metrics.slice(2),
    records: records.slice(2).map(packRecord),
    retained: new Set([1, 3]),
    state,
    kept: new Map(),
    files: null,
  };
};

describe('a record', () => {
  test('comes back to the last bit, whatever its numbers', () => {
    const record = stepRecord(1, 'reasoning', 1, 1);
    expect(unpackRecord(structuredClone(packRecord(record)))).toEqual(record);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.float(), fc.integer())), (entropies) => {
        const [group] = record.groups;
        const strange = {
          ...record,
          groups: [{ ...group, rollouts: [{ ...group.rollouts[0], entropies }] }],
        };
        const back = unpackRecord(packRecord(strange)).groups[0].rollouts[0].entropies;
        expect(back.map((value, i) => Object.is(value, entropies[i]))).not.toContain(false);
        expect(back).toHaveLength(entropies.length);
      }),
    );
  });
});

describe('a run', () => {
  test('comes back as it was stored', async () => {
    const run = wholeRun('a', 2);
    const stored = await database.saveWhole(run);
    expect(stored.bytes).toBeGreaterThan(0);
    expect(await database.load('a')).toEqual({ ...run, header: { ...run.header, bytes: stored.bytes } });
    expect(await database.list()).toEqual([stored]);
  });

  test('grows by what came since, keeps what is retained, and the name that the reader gave', async () => {
    await database.saveWhole(wholeRun('a', 2));
    await database.saveWhole(wholeRun('ab', 1));
    await database.patch('a', { name: 'mine', pinned: [1] });
    await database.save(step3());
    const { header, metrics, records, state, kept } = await database.load('a');
    expect(header).toMatchObject({ name: 'mine', step: 3, kept: [{ step: 0, why: 'start' }] });
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(records.map(({ step }) => step)).toEqual([1, 3]);
    expect(state).toEqual(savedState(3));
    expect(kept.get(0)).toEqual(savedState(0));
    expect((await database.load('ab')).metrics).toHaveLength(1);
  });

  test('has no later steps once it went back', async () => {
    await database.saveWhole(wholeRun('a', 3));
    const { header, state } = wholeRun('a', 1);
    const none = { metrics: [], records: [], kept: new Map<number, never>(), files: null };
    await database.save({ header, state, retained: new Set([1]), ...none });
    const { metrics, records } = await database.load('a');
    expect([metrics, records].map((rows) => rows.map(({ step }) => step))).toEqual([[1], [1]]);
  });

  test('is deleted whole, and no other one', async () => {
    await database.saveWhole(wholeRun('a', 2));
    await database.saveWhole(wholeRun('ab', 1));
    await database.remove('a');
    await expect(database.load('a')).rejects.toMatchObject({ fault: 'failed' });
    expect((await database.load('ab')).records).toHaveLength(1);
  });

  test('is not half there when a put fails: all is as it was before', async () => {
    await database.saveWhole(wholeRun('a', 2));
    const before = await database.load('a');
    const original = Reflect.get(IDBObjectStore.prototype, 'put') as (...given: unknown[]) => unknown;
    const put = vi.spyOn(IDBObjectStore.prototype, 'put');
    put.mockImplementation(function (this: IDBObjectStore, ...given) {
      if (this.name === 'states') throw new DOMException('no room', 'QuotaExceededError');
      return Reflect.apply(original, this, given) as IDBRequest<IDBValidKey>;
    });
    await expect(database.save(step3())).rejects.toMatchObject({ fault: 'full' });
    vi.restoreAllMocks();
    expect(await database.load('a')).toEqual(before);
    await database.save(step3());
    expect((await database.load('a')).header.step).toBe(3);
  });

  test('is saved by one tab: the other one is told, and nothing of it gets in', async () => {
    const other = await RunDatabase.open('other tab');
    await database.saveWhole(wholeRun('a', 2));
    await other.takeOver('a');
    await expect(database.save(step3())).rejects.toMatchObject({ fault: 'taken' });
    expect((await other.load('a')).header.step).toBe(2);
    await other.save(step3());
    expect((await other.load('a')).header.step).toBe(3);
  });

  test('that was deleted does not come back as its last steps alone', async () => {
    await database.saveWhole(wholeRun('a', 2));
    await database.remove('a');
    await expect(database.save(step3())).rejects.toMatchObject({ fault: 'taken' });
    expect(await database.list()).toEqual([]);
  });
});

test('a run stored by an earlier page has its checkpoints, with what is known of them', async () => {
  database.close();
  globalThis.indexedDB = new IDBFactory();
  const { header, metrics, state, files } = wholeRun('a', 2);
  const old = await openDB('pebr-runs', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('runs', { keyPath: 'id' });
      for (const name of ['metrics', 'records', 'states', 'files']) fresh.createObjectStore(name);
    },
  });
  await old.put('runs', {
    ...header,
    kept: [0, 1],
    bytes: 5,
    writer: 'old tab',
    sizes: { record: 1, files: 2 },
  });
  for (const row of metrics) await old.put('metrics', row, ['a', row.step]);
  for (const step of [0, 1]) await old.put('states', savedState(step), ['a', step]);
  await old.put('states', state, ['a', -1]);
  await old.put('files', files, 'a');
  old.close();
  database = await RunDatabase.open('this tab');
  const bytes = sizeOfState(savedState(1));
  expect((await database.load('a')).header.kept).toEqual([
    { step: 0, stage: 'perception', why: 'start', bytes },
    { step: 1, stage: 'perception', why: 'stage', bytes },
  ]);
  await database.takeOver('a');
  await database.save({ ...step3(), header: { ...step3().header, kept: header.kept } });
  expect([...(await database.load('a')).kept.keys()]).toEqual([0]);
});

describe('a browser', () => {
  test('that keeps nothing is said so', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(RunDatabase.open('a')).rejects.toMatchObject({ fault: 'denied' });
  });

  test('that a newer page has stored runs in is left alone', async () => {
    database.close();
    await new Promise((resolve) => {
      const request = indexedDB.open('pebr-runs', 3);
      request.onsuccess = () => resolve(request.result.close());
    });
    await expect(RunDatabase.open('a')).rejects.toMatchObject({ fault: 'newer', message: /newer version/ });
  });
});
