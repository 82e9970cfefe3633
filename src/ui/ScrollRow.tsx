import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import './scrollRow.css';

interface ScrollRowProps {
  /** What lies beyond the ends: "tabs". */
  readonly what: string;
  /** Changes when another of them is chosen, which then comes into sight. */
  readonly chosen: string;
  readonly children: ReactNode;
}

/** Share of what is seen that one press moves. */
const PRESS = 0.7;

/** One row that scrolls where it does not fit; an arrow at an end says that there is more. The focus scrolls it too. */
export function ScrollRow({ what, chosen, children }: ScrollRowProps) {
  const row = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState({ before: false, after: false });
  useLayoutEffect(() => {
    const element = row.current;
    if (!element) return;
    const measure = (): void => {
      const before = element.scrollLeft > 1;
      const after = element.scrollLeft + element.clientWidth < element.scrollWidth - 1;
      setMore((now) => (now.before === before && now.after === after ? now : { before, after }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    row.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);
  const scroll = (by: 1 | -1): void => {
    if (row.current) row.current.scrollLeft += by * row.current.clientWidth * PRESS;
  };
  return (
    <div className="ui-scroll-row">
      <div ref={row} className="ui-scroll-row-inside">
        {children}
      </div>
      {more.before && (
        <button
          type="button"
          data-end="before"
          tabIndex={-1}
          aria-label={`More ${what} before`}
          onClick={() => scroll(-1)}
        >
          <ChevronLeft size={16} aria-hidden="true" />
        </button>
      )}
      {more.after && (
        <button
          type="button"
          data-end="after"
          tabIndex={-1}
          aria-label={`More ${what} after`}
          onClick={() => scroll(1)}
        >
          <ChevronRight size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
