import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from './outbox.ts';
import { BATCH_MS, type Batch, type FromWorker } from './protocol.ts';

const log = (text: string): FromWorker => ({ type: 'log', text });
const timing = (split: number): FromWorker => ({
  type: 'timing',
  seconds: { split, sample: 0, rollout: 0, score: 0, advantage: 0, update: 0 },
});

let batches: Batch[];
let outbox: Outbox;

beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  outbox = new Outbox((batch) => batches.push(batch));
});
afterEach(() => {
  vi.useRealTimers();
});

test('posts at most one batch each BATCH_MS and loses nothing', async () => {
  for (let i = 0; i < 50; i++) {
    outbox.add(log(String(i)));
    outbox.flushIfDue();
    await vi.advanceTimersByTimeAsync(BATCH_MS / 10);
  }
  await vi.advanceTimersByTimeAsync(BATCH_MS);
  expect(batches.length).toBeLessThanOrEqual(7);
  const texts = batches.flatMap(({ messages }) =>
    messages.map((each) => (each.type === 'log' ? each.text : '')),
  );
  expect(texts).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
});

test('of messages that tell a state only the last counts, at its own place', async () => {
  outbox.flush();
  for (const message of [timing(1), log('a'), timing(2), log('b')]) outbox.add(message);
  await vi.advanceTimersByTimeAsync(BATCH_MS);
  expect(batches.flatMap((batch) => batch.messages)).toEqual([log('a'), timing(2), log('b')]);
});

test('hands transferables over with their batch, once', async () => {
  const transferred: Transferable[][] = [];
  const own = new Outbox((_, transfer) => transferred.push(transfer));
  const { buffer } = new Float32Array(4);
  own.add(log('a'), [buffer]);
  await vi.advanceTimersByTimeAsync(BATCH_MS);
  own.add(log('b'));
  await vi.advanceTimersByTimeAsync(BATCH_MS);
  expect(transferred).toEqual([[buffer], []]);
});
