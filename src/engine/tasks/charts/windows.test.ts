import { expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import type { Part } from '../types.ts';
import { LARGEST_VALUE } from './grammar.ts';
import { TABLES } from './tables.ts';
import { drawWindow } from './windows.ts';

const LENGTHS = [2, 3, 4];

function drawn(length: number, part: Part): string[] {
  const stream = new RandomStream(5, length);
  return Array.from({ length: 4000 }, () => drawWindow(length, part, stream).join(' '));
}

it('has tables of whole numbers that charts can show, with their source and licence', () => {
  for (const { series, ...about } of TABLES) {
    for (const text of Object.values(about)) expect(text).toMatch(/\S/);
    for (const text of Object.values(series)) {
      const values = text.split(' ').map(Number);
      expect(values.length).toBeGreaterThan(3);
      expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= LARGEST_VALUE)).toBe(
        true,
      );
    }
  }
});

it.each(LENGTHS)('draws %d values of a series at rows evenly spaced, not all the same', (length) => {
  const real = new Set<string>();
  for (const { series } of TABLES) {
    for (const text of Object.values(series)) {
      const values = text.split(' ');
      for (let start = 0; start < values.length; start++) {
        for (let stride = 1; stride <= 3; stride++) {
          const rows = Array.from({ length }, (_, i) => values[start + i * stride]);
          if (rows.every((value) => value !== undefined)) real.add(rows.join(' '));
        }
      }
    }
  }
  for (const part of ['train', 'heldout'] as const) {
    for (const window of drawn(length, part)) {
      expect(real.has(window), window).toBe(true);
      expect(new Set(window.split(' ')).size).toBeGreaterThan(1);
    }
  }
});

it.each(LENGTHS)('shares no window of %d values between the parts, and has many of both', (length) => {
  const [train, heldout] = [new Set(drawn(length, 'train')), new Set(drawn(length, 'heldout'))];
  expect([...heldout].filter((window) => train.has(window))).toEqual([]);
  expect(train.size).toBeGreaterThan(150);
  expect(heldout.size).toBeGreaterThan(50);
});
