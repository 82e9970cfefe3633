import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_VALUES, describe as describeObjects, parseDescription } from './grammar.ts';
import type { SceneVariant } from './grammar.ts';

function objects(variant: SceneVariant): fc.Arbitrary<Record<string, string>[]> {
  const fields = Object.entries(ATTRIBUTE_VALUES[variant]).map(
    ([name, values]) => [name, fc.constantFrom(...values)] as const,
  );
  return fc.array(fc.record(Object.fromEntries(fields)), { maxLength: 8 });
}

describe.each(['scenes', 'scenes-nano'] as const)('descriptions of %s', (variant) => {
  it('parse back to what was described', () => {
    fc.assert(
      fc.property(objects(variant), (scene) => {
        expect(parseDescription(` ${describeObjects(scene, variant)}\n`, variant)).toEqual(scene);
      }),
    );
  });

  it('give an entry for every comma, null for any that is not of the grammar', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const entries = parseDescription(text, variant);
        expect(entries.length).toBe(text.trim() === '' ? 0 : text.split(',').length);
      }),
    );
  });
});

it.each([
  ['1 small red metal cube, 2 small red cube', 1],
  ['small red metal cube', 0],
  ['1 red small metal cube', 0],
  ['1 small red metal cubes', 0],
  ['1 small red metal cube 2 large red metal cube', 0],
  ['1 small red metal cube,', 1],
  ['1 small  red metal cube', 1],
])('reads %j as %d good objects', (text, good) => {
  expect(parseDescription(text, 'scenes').filter((object) => object !== null).length).toBe(good);
});
