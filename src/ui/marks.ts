/** Spans over a text, cut into segments that can be drawn one after the other. */

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}
interface Segment {
  readonly text: string;
  readonly start: number;
  /** Kinds of the marks that cover the segment, sorted; empty: plain. */
  readonly kinds: readonly string[];
}

/** Cuts the text at every mark's ends; marks may overlap. The segments' texts join to the text. */
export function markSegments(text: string, marks: readonly Mark[]): Segment[] {
  const inside = marks
    .map((mark) => ({ ...mark, start: Math.max(0, mark.start), end: Math.min(text.length, mark.end) }))
    .filter((mark) => mark.end > mark.start);
  const cuts = [...new Set([0, text.length, ...inside.flatMap((mark) => [mark.start, mark.end])])].sort(
    (a, b) => a - b,
  );
  return cuts.slice(0, -1).map((start, i) => {
    const end = cuts[i + 1];
    const kinds = new Set(
      inside.filter((mark) => mark.start <= start && mark.end >= end).map((mark) => mark.kind),
    );
    return { text: text.slice(start, end), start, kinds: [...kinds].sort() };
  });
}
