import { beforeAll, expect, it } from 'vitest';
import { gpuDevice } from './eager.ts';
import { choose, describeMatmul, measuredMatmul, measureMatmul } from './measureMatmul.ts';
import { openTestDevice, takeErrors } from './testing.ts';
import { gpuTuning, SOFTWARE } from './tuning.ts';

beforeAll(openTestDevice);

it('measures a device once, and the tuning follows', async () => {
  const device = gpuDevice();
  expect(measuredMatmul(device)).toBeNull();
  expect(gpuTuning(device)).toEqual(SOFTWARE);
  const choice = await measureMatmul(device);
  expect(choice.milliseconds.registers).toBeGreaterThan(0);
  expect(choice.milliseconds.blocks).toBeGreaterThan(0);
  expect(choice.milliseconds.tiles).toBeGreaterThan(0);
  expect(choice).toEqual(choose(choice.milliseconds));
  expect(gpuTuning(device)).toEqual({ ...SOFTWARE, matmul: choice.chosen });
  expect(await measureMatmul(device)).toBe(choice);
  expect(takeErrors()).toEqual([]);
});

it('chooses larger blocks and tiles only where they are clearly faster, and says so', () => {
  expect(choose({ registers: 10, blocks: 9.5, tiles: 9.1 }).chosen).toBe('registers');
  expect(choose({ registers: 10, blocks: 8, tiles: 7.5 }).chosen).toBe('blocks');
  expect(describeMatmul(choose({ registers: 10, blocks: 5, tiles: 21 }))).toBe(
    '8 × 8 in registers (4 × 4 in registers takes 2.0× as long, 32 × 32 in shared memory 4.2×)',
  );
  expect(choose({ registers: 12, blocks: 6, tiles: 4 }).chosen).toBe('tiles');
});
