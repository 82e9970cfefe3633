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
  expect(choice.milliseconds.tiles).toBeGreaterThan(0);
  expect(choice).toEqual(choose(choice.milliseconds));
  expect(gpuTuning(device)).toEqual({ ...SOFTWARE, matmul: choice.chosen });
  expect(await measureMatmul(device)).toBe(choice);
  expect(takeErrors()).toEqual([]);
});

it('chooses tiles only where they are clearly faster, and says so', () => {
  expect(choose({ registers: 10, tiles: 9.5 }).chosen).toBe('registers');
  expect(describeMatmul(choose({ registers: 10, tiles: 21 }))).toBe('registers, 2.1× as fast as tiles');
  expect(describeMatmul(choose({ registers: 12, tiles: 4 }))).toBe('tiles, 3.0× as fast as registers');
});
