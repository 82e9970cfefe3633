import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markSegments } from './marks.ts';

describe('markSegments', () => {
  it('joins back to the text and covers each mark exactly', () => {
    const mark = fc.record({
      start: fc.integer({ min: -3, max: 40 }),
      end: fc.integer({ min: -3, max: 40 }),
      kind: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(mark, { maxLength: 5 }), (text, marks) => {
        const segments = markSegments(text, marks);
        expect(segments.map((segment) => segment.text).join('')).toBe(text);
        for (const kind of ['a', 'b']) {
          const wanted = Array.from(text, () => false).concat(new Array<boolean>(text.length).fill(false));
          for (const m of marks)
            if (m.kind === kind)
              for (let i = Math.max(0, m.start); i < Math.min(text.length, m.end); i++) wanted[i] = true;
          const drawn = segments.flatMap((segment) =>
            Array.from({ length: segment.text.length }, () => segment.kinds.includes(kind)),
          );
          drawn.forEach((covered, i) => expect(covered).toBe(wanted[i]));
        }
      }),
    );
  });
});
