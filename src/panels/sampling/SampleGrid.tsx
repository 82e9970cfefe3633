import { memo, useState } from 'react';
import { DIFFICULTIES } from './difficulties.ts';
import type { Difficulty } from '../../engine/index.ts';
import { useSampleImage, useSamples } from '../../state/index.ts';
import type { SampleRow } from '../../state/index.ts';
import { Button, DifficultyMark, EmptyState, ImageView, PassRate } from '../../ui/index.ts';

const PAGE = 24;

interface SampleGridProps {
  /** Only questions with this many passes. */
  readonly bin: number | null;
  readonly onClearBin: () => void;
  readonly hasSplit: boolean;
}

/** Questions of the train part with picture, problem, answer, key words and pass rate. */
export function SampleGrid({ bin, onClearBin, hasSplit }: SampleGridProps) {
  const [difficulty, setDifficulty] = useState<Difficulty | null>(null);
  const [page, setPage] = useState(0);
  const [pageOf, setPageOf] = useState(bin);
  // Another bin starts at its first page.
  const at = pageOf === bin ? page : 0;
  const goTo = (next: number) => {
    setPageOf(bin);
    setPage(next);
  };
  const { rows, total } = useSamples({
    part: 'train',
    offset: at * PAGE,
    count: PAGE,
    passes: bin,
    difficulty,
  });
  const pages = Math.max(1, Math.ceil(total / PAGE));
  return (
    <section className="sa-samples" data-testid="sample-section">
      <header className="sa-samples-head">
        <h3>
          Samples <span className="sa-quiet">{total}</span>
        </h3>
        {hasSplit && (
          <label className="sa-quiet">
            difficulty{' '}
            <select
              className="ui-input"
              value={difficulty ?? 'all'}
              data-testid="samples-difficulty"
              onChange={(event) => {
                setDifficulty(DIFFICULTIES.find((known) => known === event.target.value) ?? null);
                goTo(0);
              }}
            >
              <option>all</option>
              {DIFFICULTIES.map((known) => (
                <option key={known}>{known}</option>
              ))}
            </select>
          </label>
        )}
        {bin !== null && (
          <Button onClick={onClearBin} data-testid="samples-clear-bin">
            passes {bin} ✕
          </Button>
        )}
        <span className="sa-pager">
          <Button
            variant="quiet"
            disabled={at === 0}
            onClick={() => goTo(at - 1)}
            aria-label="Previous samples"
          >
            ‹
          </Button>
          <span>
            {at + 1}/{pages}
          </span>
          <Button
            variant="quiet"
            disabled={at >= pages - 1}
            onClick={() => goTo(at + 1)}
            aria-label="Next samples"
          >
            ›
          </Button>
        </span>
      </header>
      {total === 0 ? (
        <EmptyState title="No samples here">No question fits this bin and difficulty.</EmptyState>
      ) : rows.length === 0 ? (
        <EmptyState title="Loading samples" tone="loading" />
      ) : (
        <ul className="sa-grid" data-testid="sample-grid">
          {rows.map((row) => (
            <SampleCard key={row.qid} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

const SampleCard = memo(function SampleCard({ row }: { readonly row: SampleRow }) {
  const image = useSampleImage(row.qid);
  return (
    <li className="sa-card" data-testid="sample-card">
      <ImageView image={image} size={72} alt={`Image of ${row.qid}`} />
      <div>
        <p className="sa-problem">{row.problem.replaceAll('<image>', '').trim()}</p>
        <p className="sa-quiet">
          answer <code>{row.answer}</code> · {row.kind}
        </p>
        <p className="sa-quiet sa-keywords">
          {row.key_words.length === 0 ? 'no key words' : row.key_words.join(', ')}
        </p>
        {row.passes && row.difficulty && (
          <div className="sa-pass">
            <PassRate correct={row.passes.correct} n={row.passes.n} difficulty={row.difficulty} />
            <DifficultyMark difficulty={row.difficulty} />
          </div>
        )}
      </div>
    </li>
  );
});
