import type { Evidence, TermScore } from '../../engine/index.ts';
import { formatNumber } from '../../ui/index.ts';

/** What a term looked at. */
export function EvidenceView({ term }: { readonly term: TermScore }) {
  const { evidence } = term;
  switch (evidence.kind) {
    case 'clip':
      return (
        <div className="in-evidence">
          {evidence.description === '' ? (
            <p>
              <b>✗</b> no description between its headings: an empty text was compared
            </p>
          ) : (
            <p>
              compared with the image: <q>{evidence.description}</q>
            </p>
          )}
          <p className="in-quiet">
            scorer {evidence.scorer}, threshold {formatNumber(evidence.threshold)}
            {evidence.error !== undefined && `, failed: ${evidence.error}`}
          </p>
        </div>
      );
    case 'keyword':
      return (
        <ul className="in-evidence in-chips">
          {evidence.keywords.map(({ keyword, found, spans }, i) => (
            <li key={i} data-found={found}>
              <b aria-label={found ? 'found' : 'not found'}>{found ? '✓' : '✗'}</b> {keyword}
              {spans.length > 1 && <span className="in-quiet"> ×{spans.length}</span>}
            </li>
          ))}
        </ul>
      );
    case 'format':
      return (
        <ul className="in-evidence in-chips">
          {evidence.headings.map(({ heading, found }) => (
            <li key={heading} data-found={found}>
              <b aria-label={found ? 'found' : 'not found'}>{found ? '✓' : '✗'}</b> {heading}
            </li>
          ))}
        </ul>
      );
    case 'length':
    case 'overlong':
      return null;
    case 'accuracy':
      return (
        <div className="in-evidence">
          <p>
            <b aria-label={evidence.correct ? 'correct' : 'wrong'}>{evidence.correct ? '✓' : '✗'}</b>{' '}
            extracted <code>{evidence.extracted === '' ? '(empty)' : shorten(evidence.extracted)}</code>,
            truth <code>{evidence.truth}</code>
          </p>
          <p className="in-quiet">
            {evidence.headingFound
              ? ''
              : 'no “### The final answer is:” with its exact case: the whole response was graded · '}
            grader: {evidence.rule}
          </p>
        </div>
      );
    case 'custom':
      return <CustomEvidence evidence={evidence} />;
    default:
      return evidence satisfies never;
  }
}

function CustomEvidence({
  evidence: { error, note, spans },
}: {
  readonly evidence: Extract<Evidence, { kind: 'custom' }>;
}) {
  return (
    <div className="in-evidence">
      {error !== undefined && (
        <p>
          <b>✗</b> error: {error}
        </p>
      )}
      {note !== '' && <p>{note}</p>}
      {spans.length > 0 && (
        <p>
          points at{' '}
          {spans
            .map(({ start, end, label }) => `${label === '' ? '' : `${label} `}${start}–${end}`)
            .join(', ')}
        </p>
      )}
    </div>
  );
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
