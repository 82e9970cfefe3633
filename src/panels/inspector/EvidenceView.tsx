import type { Evidence, TermScore } from '../../engine/index.ts';
import { Bar, formatNumber } from '../../ui/index.ts';

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
              {spans.length > 0 && <span className="in-quiet"> at {spansText(spans)}</span>}
            </li>
          ))}
        </ul>
      );
    case 'format':
      return (
        <ul className="in-evidence in-chips">
          {evidence.headings.map(({ heading, found, span }) => (
            <li key={heading} data-found={found}>
              <b aria-label={found ? 'found' : 'not found'}>{found ? '✓' : '✗'}</b> {heading}
              {span && <span className="in-quiet"> at {spansText([span])}</span>}
            </li>
          ))}
        </ul>
      );
    case 'length':
      return <TokenLimit tokens={evidence.tokens} limit={evidence.limit} begins={null} />;
    case 'overlong': {
      const { tokens, limit, tail } = evidence;
      return <TokenLimit tokens={tokens} limit={limit} begins={limit - tail} />;
    }
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

/** Characters of the reward text, the end excluded; of many the first few. */
function spansText(spans: readonly (readonly [number, number])[]): string {
  const shown = spans.slice(0, 3).map(([start, end]) => `${start}–${end}`);
  return spans.length > 3 ? `${shown.join(', ')} and ${spans.length - 3} more` : shown.join(', ');
}

interface TokenLimitProps {
  readonly tokens: number;
  readonly limit: number;
  /** Where a punishment begins; null: at the limit. */
  readonly begins: number | null;
}

/** The response's length against the limit. */
function TokenLimit({ tokens, limit, begins }: TokenLimitProps) {
  const most = Math.max(tokens, limit);
  return (
    <div className="in-evidence in-limit">
      <span className="in-limit-bar" aria-hidden="true">
        <Bar share={tokens / most} token={tokens > limit ? '--negative' : '--accent'} label="" />
        {begins !== null && <i style={{ left: `${(begins / most) * 100}%` }} />}
        <i style={{ left: `${(limit / most) * 100}%` }} />
      </span>
      <span>
        {tokens} of {limit} tokens, the end token counted
        {begins !== null && `; the punishment begins at ${begins}`}
      </span>
    </div>
  );
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
