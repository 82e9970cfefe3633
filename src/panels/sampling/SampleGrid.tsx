import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { DIFFICULTIES } from './difficulties.ts';
import type { Difficulty } from '../../engine/index.ts';
import { useSampleImage, useSamples } from '../../state/index.ts';
import type { SampleRow } from '../../state/index.ts';
import { Button, DifficultyMark, EmptyState, ImageView, PassRate } from '../../ui/index.ts';

/** Least width of a card and height of a row of cards, pixels; sampling.css draws them so. */
const CARD_WIDTH = 272;
const ROW_HEIGHT = 132;

interface SampleGridProps {
  /** Only questions with this many passes. */
  readonly bin: number | null;
  readonly onClearBin: () => void;
  readonly hasSplit: boolean;
}

/** Questions of the train part with picture, problem, answer, key words and pass rate; only those in view are there. */
export function SampleGrid({ bin, onClearBin, hasSplit }: SampleGridProps) {
  const [difficulty, setDifficulty] = useState<Difficulty | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const { columns, margin } = useGridLayout(list);
  const { total } = useSamples({ part: 'train', offset: 0, count: 0, passes: bin, difficulty });
  const virtualizer = useVirtualizer({
    count: Math.ceil(total / columns),
    getScrollElement: () => list.current?.closest('.ui-panel-body') ?? null,
    estimateSize: () => ROW_HEIGHT,
    scrollMargin: margin,
    overscan: 2,
    initialRect: { width: 800, height: 600 },
  });
  const items = virtualizer.getVirtualItems();
  const offset = (items[0]?.index ?? 0) * columns;
  const { cells } = useSamples({
    part: 'train',
    offset,
    count: items.length * columns,
    passes: bin,
    difficulty,
  });
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
              onChange={(event) =>
                setDifficulty(DIFFICULTIES.find((known) => known === event.target.value) ?? null)
              }
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
            passes {bin} <span aria-hidden="true">✕</span>
            <span className="ui-visually-hidden">, show all</span>
          </Button>
        )}
      </header>
      {total === 0 && (
        <EmptyState title="No samples here">No question fits this bin and difficulty.</EmptyState>
      )}
      <ul
        className="sa-grid"
        data-testid="sample-grid"
        aria-label="Samples"
        tabIndex={total > 0 ? 0 : undefined}
        ref={list}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {cells.map((row, i) => (
          <li
            key={offset + i}
            className="sa-cell"
            aria-setsize={total}
            aria-posinset={offset + i + 1}
            style={{
              width: `${100 / columns}%`,
              left: `${((i % columns) * 100) / columns}%`,
              top: Math.floor((offset + i) / columns) * ROW_HEIGHT,
            }}
          >
            {row ? <SampleCard row={row} /> : <div className="sa-card" aria-busy="true" />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Cards side by side, and how far below the top of the scrolling body the grid begins. */
function useGridLayout(list: React.RefObject<HTMLUListElement | null>) {
  const [layout, setLayout] = useState({ columns: 1, margin: 0 });
  const measure = useRef(() => {});
  useLayoutEffect(() => {
    measure.current = () => {
      const scroller = list.current?.closest('.ui-panel-body');
      if (!list.current || !scroller) return;
      const box = list.current.getBoundingClientRect();
      const columns = Math.max(1, Math.floor(box.width / CARD_WIDTH));
      const margin = Math.round(box.top - scroller.getBoundingClientRect().top + scroller.scrollTop);
      setLayout((now) => (now.columns === columns && now.margin === margin ? now : { columns, margin }));
    };
    // What lies above may have changed with anything: it is asked after every drawing.
    measure.current();
  });
  useEffect(() => {
    if (!list.current) return undefined;
    const observer = new ResizeObserver(() => measure.current());
    observer.observe(list.current);
    // What lies above may grow without the grid being drawn again.
    const panel = list.current.closest('.sa-panel');
    if (panel) observer.observe(panel);
    return () => observer.disconnect();
  }, [list]);
  return layout;
}

const SampleCard = memo(function SampleCard({ row }: { readonly row: SampleRow }) {
  const image = useSampleImage(row.qid);
  const problem = row.problem.replaceAll('<image>', '').trim();
  const keywords = row.key_words.length === 0 ? 'no key words' : row.key_words.join(', ');
  return (
    <div className="sa-card" data-testid="sample-card">
      <ImageView image={image} size={72} alt={`Image of ${row.qid}`} />
      <div>
        <p className="sa-problem" title={problem}>
          {problem}
        </p>
        <p className="sa-quiet sa-keywords">
          answer <code>{row.answer}</code> · {row.kind}
        </p>
        <p className="sa-quiet sa-keywords" title={keywords}>
          {keywords}
        </p>
        {row.passes && row.difficulty && (
          <div className="sa-pass">
            <PassRate correct={row.passes.correct} n={row.passes.n} difficulty={row.difficulty} />
            <DifficultyMark difficulty={row.difficulty} />
          </div>
        )}
      </div>
    </div>
  );
});
