import { hashText } from '../../random.ts';
import type { RandomStream } from '../../random.ts';
import type { Part } from '../types.ts';
import { TABLES } from './tables.ts';

/** Values of a series at rows evenly spaced: what one chart shows. */
export type Window = readonly number[];

/** A window takes every row, every second or every third. */
const STRIDES = [1, 2, 3] as const;
/** One window of so many is held out. */
const HELD_OUT_SHARE = 4;

/** A part's windows of one length: a list per table, with its weight. */
type Weighted = readonly (readonly [number, readonly Window[]])[];
/** Cut once per length. */
const CUTS = new Map<number, Readonly<Record<Part, Weighted>>>();

/**
 * A window of `length` values of the part. A large table is drawn more often than a small one, but not as much as it
 * is larger. A window's part is decided by its values alone, so no window of the one part shows what one of the
 * other shows, not even from another table. Windows whose values are all the same are left out.
 */
export function drawWindow(length: number, part: Part, stream: RandomStream): Window {
  const cuts = CUTS.get(length) ?? cutTables(length);
  CUTS.set(length, cuts);
  return stream.pick(stream.weighted(cuts[part]));
}

function cutTables(length: number): Readonly<Record<Part, Weighted>> {
  const tables = TABLES.map(({ series }) =>
    distinct(Object.values(series).flatMap((text) => cut(text.split(' ').map(Number), length))),
  );
  const ofPart = (part: Part): Weighted =>
    tables
      .map((windows) => windows.filter((window) => partOfWindow(window) === part))
      .map((windows) => [Math.sqrt(windows.length), windows]);
  return { train: ofPart('train'), heldout: ofPart('heldout') };
}

/** The part to which a window belongs. */
function partOfWindow(window: Window): Part {
  return hashText(`window ${window.join(' ')}`) % HELD_OUT_SHARE === 0 ? 'heldout' : 'train';
}

function cut(values: readonly number[], length: number): Window[] {
  return STRIDES.flatMap((stride) => {
    const starts = Math.max(0, values.length - (length - 1) * stride);
    return Array.from({ length: starts }, (_, start) =>
      values.slice(start, start + (length - 1) * stride + 1).filter((__, i) => i % stride === 0),
    );
  }).filter((window) => window.some((value) => value !== window[0]));
}

function distinct(windows: readonly Window[]): Window[] {
  return [...new Map(windows.map((window) => [window.join(' '), window])).values()];
}
