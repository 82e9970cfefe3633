/** What an error of the engine tells a reader to do. */
import { expect, test } from 'vitest';
import { GpuMemoryError, type MemoryUse } from '../engine/compute/webgpu/buffers.ts';
import { NonFiniteError } from '../engine/compute/nonFinite.ts';
import { notFinite } from '../engine/rl/sampler.ts';
import { describeError, isDeviceGone } from './errors.ts';

test.each<[MemoryUse, string]>([
  ['policy', 'Choose a smaller preset'],
  ['rollouts', 'Lower “Group size G”, “Prompts per step” or “New tokens at most”'],
  ['update', 'Lower “Rollouts per micro-batch” or “New tokens at most”'],
])('too little memory for the %s names what to lower', (use, advice) => {
  const error = new GpuMemoryError(use, 'its “logits” would take 300.0 MiB, …');
  const { message, suggestion } = describeError('update of step 3', error, true);
  expect(message).toContain(`GPU memory for the ${use}`);
  expect(suggestion).toContain('The run stands as it was before.');
  expect(suggestion).toContain(advice);
});

test('numbers that are not finite ask for a smaller learning rate, in rollouts too', () => {
  for (const error of [notFinite(3), new NonFiniteError('update', 'loss', NaN)]) {
    expect(describeError('rollout of step 2', error, true).suggestion).toContain('Lower the learning rate');
  }
});

test('a device is gone in the words of browsers and of Dawn, or in none', () => {
  const abort = (message: string): Error => Object.assign(new Error(message), { name: 'AbortError' });
  for (const gone of [
    abort(''),
    abort("Failed to execute 'mapAsync' on 'GPUBuffer': [Device] is lost."),
    abort('A valid external Instance reference no longer exists.'),
    new Error('GPUDevice is lost'),
    new Error('device was lost'),
  ]) {
    expect(isDeviceGone(gone), gone.message).toBe(true);
  }
  for (const other of [abort('This operation was aborted'), new Error(''), 'lost']) {
    expect(isDeviceGone(other)).toBe(false);
  }
});
