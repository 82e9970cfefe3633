import { describe, expect, it } from 'vitest';
import { arrange } from './layout.ts';
import { PICTURE_SIDE, render } from './raster.ts';
import { createScenes } from './taskSet.ts';
import { RandomStream } from '../../random.ts';
import type { Attributes } from './grammar.ts';

const PLACES = [1, 2, 3, 4, 5];

/** Mean colour and spread of brightness over an object's box. */
function look(attributes: Attributes, place: number): readonly number[] {
  const scene = arrange([attributes], 'scenes', new RandomStream(place));
  const { data } = render({ ...scene, warmth: 0.5, brightness: 0.5 });
  const { x, y, halfWidth, halfHeight } = scene.objects[0];
  const sums = [0, 0, 0, 0, 0];
  for (let py = Math.ceil((y - halfHeight) * 96); py < (y + halfHeight) * 96; py++) {
    for (let px = Math.ceil((x - halfWidth) * 96); px < (x + halfWidth) * 96; px++) {
      const at = 4 * (py * 96 + px);
      const light = data[at] + data[at + 1] + data[at + 2];
      [data[at], data[at + 1], data[at + 2], light, light * light].forEach((value, i) => (sums[i] += value));
      sums[5] = (sums[5] ?? 0) + 1;
    }
  }
  const [r, g, b, light, square] = sums.map((sum) => sum / sums[5]);
  return [r, g, b, Math.sqrt(square - light * light)];
}

describe('pictures', () => {
  it('differ from the empty floor inside an object’s box only, but for its shadow', () => {
    for (const shape of ['cube', 'sphere', 'cylinder', 'cone']) {
      const scene = arrange(
        [{ size: 'large', color: 'red', material: 'rubber', shape }],
        'scenes',
        new RandomStream(4),
      );
      const [drawn, empty] = [render(scene), render({ ...scene, objects: [] })];
      const { x, y, halfWidth, halfHeight } = scene.objects[0];
      const reach = { left: 1, right: -1, top: 1, bottom: -1 };
      for (let py = 0; py < PICTURE_SIDE; py++) {
        for (let px = 0; px < PICTURE_SIDE; px++) {
          const at = 4 * (py * PICTURE_SIDE + px);
          // A shadow darkens all channels alike; only the solid itself turns the floor red.
          const redness = drawn.data[at] - drawn.data[at + 2] - (empty.data[at] - empty.data[at + 2]);
          if (redness < 60) continue;
          const [u, v] = [(px + 0.5) / PICTURE_SIDE, (py + 0.5) / PICTURE_SIDE];
          reach.left = Math.min(reach.left, u);
          reach.right = Math.max(reach.right, u);
          reach.top = Math.min(reach.top, v);
          reach.bottom = Math.max(reach.bottom, v);
        }
      }
      const pixel = 1.2 / PICTURE_SIDE;
      expect(Math.abs(reach.left - (x - halfWidth)), shape).toBeLessThan(pixel);
      expect(Math.abs(reach.right - (x + halfWidth)), shape).toBeLessThan(pixel);
      expect(Math.abs(reach.bottom - (y + halfHeight)), shape).toBeLessThan(pixel);
      // A cone's tip is thinner than a pixel.
      expect(Math.abs(reach.top - (y - halfHeight)), shape).toBeLessThan(
        shape === 'cone' ? 3 * pixel : pixel,
      );
    }
  });

  it('show the material in every shape', () => {
    for (const shape of ['cube', 'sphere', 'cylinder', 'cone']) {
      for (const place of PLACES) {
        const metal = look({ size: 'large', color: 'blue', material: 'metal', shape }, place);
        const rubber = look({ size: 'large', color: 'blue', material: 'rubber', shape }, place);
        expect(Math.hypot(...metal.map((value, i) => value - rubber[i])), shape).toBeGreaterThan(15);
      }
    }
  });

  it('show the eight colours apart', () => {
    const colors = ['gray', 'red', 'blue', 'green', 'brown', 'purple', 'cyan', 'yellow'];
    for (const material of ['metal', 'rubber']) {
      const looks = colors.map((color) =>
        look({ size: 'small', color, material, shape: 'sphere' }, 2).slice(0, 3),
      );
      looks.forEach((a, i) => {
        looks.slice(0, i).forEach((b, j) => {
          expect(
            Math.hypot(...a.map((value, k) => value - b[k])),
            `${colors[i]} ${colors[j]}`,
          ).toBeGreaterThan(25);
        });
      });
    }
  });
});

describe.each([
  ['scenes', 3],
  ['scenes-nano', 3],
] as const)('places in %s', (variant, tokens) => {
  it('run from left to right, do not overlap, and put no two centres into one image token', () => {
    const set = createScenes(variant);
    for (let index = 0; index < 1000; index++) {
      const boxes = set.sample('train', index).truth?.objects.map((object) => object.box) ?? [];
      const centres = boxes.map(([x0, y0, x1, y1]) => [(x0 + x1) / 2, (y0 + y1) / 2]);
      const cells = new Set(centres.map((centre) => centre.map((c) => Math.floor(c * tokens)).join()));
      expect(cells.size).toBe(boxes.length);
      boxes.forEach((a, i) => {
        expect(Math.min(...a)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...a)).toBeLessThanOrEqual(1);
        boxes.slice(0, i).forEach((b, j) => {
          expect(centres[i][0] - centres[j][0]).toBeGreaterThan(4 / 48);
          expect(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]).toBe(true);
        });
      });
    }
  });
});
