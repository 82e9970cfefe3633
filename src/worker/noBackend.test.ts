/** A session where no backend starts: what it says of a run that there is not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareNode } from '../../fixtures/nodeClient.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import { Outbox } from './outbox.ts';
import { presetByName, PROTOCOL_VERSION, type FromWorker } from './protocol.ts';
import { Session } from './session.ts';

let assetBase: string;
let close: () => void;
beforeAll(async () => {
  ({ assetBase, close } = await prepareNode());
});
afterAll(() => close());

test('the error says what to do, not that a run stands as it was', async () => {
  const messages: FromWorker[] = [];
  const out = new Outbox((batch) => messages.push(...batch.messages));
  const refuse = (): Promise<never> => Promise.reject(new Error('No backend starts here.'));
  const session = new Session(out, {
    selectBackend: refuse,
    reopenBackend: refuse,
    onDeviceLost: () => {},
    onGpuError: () => {},
    taskSetByName,
    loadScorer,
    checkpointFiles: async () => ({}),
    memory: () => ({ tensors: 0, bytes: 0, poolBytes: null, bufferBytes: null }),
  });
  session.receive({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: null, assetBase });
  session.receive({
    type: 'start',
    runId: 'a',
    resume: null,
    config: presetByName('nano'),
    checkpointName: 'nano',
    files: null,
    tasks: { from: 'built-in', name: 'scenes-nano' },
    play: true,
  });
  const errors = () => messages.flatMap((message) => (message.type === 'error' ? [message.error] : []));
  await expect.poll(() => errors().length, { timeout: 10_000 }).toBe(1);
  expect(errors()).toEqual([
    {
      where: 'start of the backend',
      message: 'No backend starts here.',
      suggestion: 'Reload the page to try again, or copy the diagnostics of the System panel.',
      fatal: true,
    },
  ]);
});
