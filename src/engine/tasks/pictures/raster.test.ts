import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { loadAtlas } from './atlas.ts';
import { EMOJI, EMOJI_SIDE } from './emoji.ts';
import { arrange } from './layout.ts';
import { PICTURE_SIDE, render } from './raster.ts';
import { PICTURES } from './index.ts';

const atlas = await loadAtlas();

/** Policy pixels of one emoji alone, at one place and in one light, [20 × 20 × 3]. */
function look(name: string): number[] {
  const emoji = EMOJI.find((one) => one.name === name)!;
  const placed = [{ emoji, x: 0.5, y: 0.5, side: 20 / 64 }];
  const { data } = render({ placed, hue: 0.1, slant: 0.5 }, atlas);
  const out: number[] = [];
  for (let y = 22; y < 42; y++)
    for (let x = 22; x < 42; x++)
      for (let channel = 0; channel < 3; channel++) {
        const at = (dx: number, dy: number) => data[4 * ((2 * y + dy) * PICTURE_SIDE + 2 * x + dx) + channel];
        out.push((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4);
      }
  return out;
}

describe('the atlas', () => {
  it('draws every emoji: partly opaque, partly clear', () => {
    expect([...atlas.keys()]).toEqual(EMOJI.map(({ name }) => name));
    for (const [name, pixels] of atlas) {
      expect(pixels.length).toBe(4 * EMOJI_SIDE * EMOJI_SIDE);
      const opaque = pixels.filter((value, i) => i % 4 === 3 && value > 200).length;
      expect(opaque / EMOJI_SIDE ** 2, name).toBeGreaterThan(0.12);
      expect(opaque / EMOJI_SIDE ** 2, name).toBeLessThan(0.95);
    }
  });

  it('is fetched once', () => expect(loadAtlas()).toBe(loadAtlas()));
});

it('shows any two emoji apart at the policy’s resolution, look-alikes too', () => {
  const looks = EMOJI.map(({ name }) => look(name));
  looks.forEach((a, i) => {
    looks.slice(0, i).forEach((b, j) => {
      const rms = Math.sqrt(a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0) / a.length);
      expect(rms, `${EMOJI[i].name} ${EMOJI[j].name}`).toBeGreaterThan(20);
    });
  });
});

it('changes the empty backdrop in an emoji’s box and its shadow only', () => {
  for (let place = 0; place < 20; place++) {
    const scene = arrange([EMOJI[place]], new RandomStream(place));
    const [drawn, empty] = [render(scene, atlas), render({ ...scene, placed: [] }, atlas)];
    const { x, y, side } = scene.placed[0];
    const [columns, rows]: [number[], number[]] = [[], []];
    for (let at = 0; at < drawn.data.length; at++) {
      if (drawn.data[at] === empty.data[at]) continue;
      const pixel = Math.floor(at / 4);
      columns.push(((pixel % PICTURE_SIDE) + 0.5) / PICTURE_SIDE - x);
      rows.push((Math.floor(pixel / PICTURE_SIDE) + 0.5) / PICTURE_SIDE - y);
    }
    const reach = side / 2 + 1 / PICTURE_SIDE;
    expect(columns.length).toBeGreaterThan(200);
    expect(Math.max(...columns.map(Math.abs))).toBeLessThan(reach);
    expect(Math.min(...rows)).toBeGreaterThan(-reach);
    expect(Math.max(...rows)).toBeLessThan(reach + 0.09 * side);
  }
});

it('names the emoji that the atlas lacks', () => {
  const scene = arrange([EMOJI[0]], new RandomStream(1));
  expect(() => render(scene, new Map())).toThrow('no drawing of cat');
});

it('stands emoji from left to right, apart, with no two centres in one image token', () => {
  const set = PICTURES.create('mixed');
  for (let index = 0; index < 1000; index++) {
    const boxes = set.sample('train', index).truth?.objects.map(({ box }) => box) ?? [];
    const centres = boxes.map(([x0, y0, x1, y1]) => [(x0 + x1) / 2, (y0 + y1) / 2]);
    expect(new Set(centres.map((centre) => centre.map((c) => Math.floor(c * 4)).join())).size).toBe(
      boxes.length,
    );
    boxes.forEach((a, i) => {
      expect(Math.min(...a)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...a)).toBeLessThanOrEqual(1);
      boxes.slice(0, i).forEach((b, j) => {
        expect(centres[i][0] - centres[j][0]).toBeGreaterThan(9 / 64);
        expect(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]).toBe(true);
      });
    });
  }
});
