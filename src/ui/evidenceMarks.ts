/** Where a reward's evidence lies in the reward text. */
import type { TermScore } from '../engine/index.ts';
import type { Mark } from './marks.ts';

/** Spans of found key words, found headings, the extracted answer and what a custom term points at. */
export function evidenceMarks(terms: readonly TermScore[]): Mark[] {
  return terms.flatMap(({ evidence }): Mark[] => {
    switch (evidence.kind) {
      case 'keyword':
        return evidence.keywords.flatMap(({ spans }) =>
          spans.map(([start, end]) => ({ start, end, kind: 'keyword' })),
        );
      case 'format':
        return evidence.headings.flatMap(({ span }) =>
          span ? [{ start: span[0], end: span[1], kind: 'heading' }] : [],
        );
      case 'accuracy':
        return evidence.span ? [{ start: evidence.span[0], end: evidence.span[1], kind: 'answer' }] : [];
      case 'custom':
        return evidence.spans.map(({ start, end }) => ({ start, end, kind: 'custom' }));
      case 'clip':
      case 'length':
      case 'overlong':
        return [];
      default:
        return evidence satisfies never;
    }
  });
}
