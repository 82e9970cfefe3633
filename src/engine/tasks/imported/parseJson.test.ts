import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from './parseJson.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findJsonFault', () => {
  it.each([
    ['[{"a": 1}\n{"b": 2}]', 2, 1, 0, 'expected "," or "]", found "{"; correct it there'],
    [
      "[{'a': 1}]",
      1,
      3,
      0,
      'expected a field name in double quotes or "}", found "\'"; JSON uses double quotes',
    ],
    ['[1, 2,]', 1, 7, 2, 'expected a value, found "]"; remove the comma before it'],
    ['["a\nb"]', 1, 4, 0, 'inside a text write a line break as \\n'],
    ['["a\\x"]', 1, 5, 0, 'expected the rest of a text'],
    ['[True]', 1, 2, 0, 'found "True"; write true and false in lower case'],
    ['[1] // end', 1, 5, null, 'expected the end of the file, found "/"; JSON has no comments'],
    ['{"a" 1}', 1, 6, null, 'expected ":", found "1"'],
    ['[01]', 1, 2, 0, 'expected a value or "]", found "01"'],
    ['["😀" "', 1, 7, 0, 'expected "," or "]"'],
  ])('%j', (text, line, column, record, message) => {
    const fault = findJsonFault(text);
    expect(fault).toMatchObject({ line, column, record });
    expect(fault?.message).toContain(message);
  });

  it('agrees with JSON.parse on damaged JSON and on any text', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.nat(3),
        fc.string({ unit: fc.constantFrom(...Array.from('[]{},:"\\0-1.eE+ntu\n ')), maxLength: 2 }),
      )
      .map(([json, at, removed, inserted]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + inserted + json.slice(cut + removed);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (text) => {
        expect(findJsonFault(text) === null).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });
});
