import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import './histogram.css';
import './panel.css';

/** Height of one handle's tag above the bars, in pixels. */
const TAG_LANE = 22;

interface HistogramBin {
  readonly label: string;
  readonly count: number;
  /** Names the bin's class for colour and pattern: easy, medium, hard. */
  readonly tone: string;
}
interface HistogramThreshold {
  readonly label: string;
  /** Border before this bin index. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly valueText: string;
  /** Short text on the handle. */
  readonly tag: string;
  /** While the handle is dragged; null: the drag was given up, the value is the old one. */
  readonly onPreview: (value: number | null) => void;
  /** Dropped there, or moved by key. */
  readonly onChange: (value: number) => void;
}
interface HistogramProps {
  readonly label: string;
  readonly bins: readonly HistogramBin[];
  readonly thresholds: readonly HistogramThreshold[];
  readonly selectedBin: number | null;
  /** Clicking the selected bin again gives null. */
  readonly onSelectBin: (bin: number | null) => void;
}

/**
 * Bins as toggle buttons with draggable borders. Dragging previews and dropping decides, Escape gives a drag up; the
 * arrow keys, Home and End move a border at once.
 */
export function Histogram({ label, bins, thresholds, selectedBin, onSelectBin }: HistogramProps) {
  const plot = useRef<HTMLDivElement>(null);
  const highest = Math.max(1, ...bins.map((bin) => bin.count));
  const borderAt = (clientX: number): number => {
    const box = plot.current?.getBoundingClientRect();
    return box && box.width > 0 ? Math.round(((clientX - box.left) / box.width) * bins.length) : 0;
  };
  return (
    <div className="ui-histogram" role="group" aria-label={label}>
      <div
        className="ui-histogram-plot"
        ref={plot}
        style={{
          gridTemplateColumns: `repeat(${bins.length}, 1fr)`,
          paddingTop: `${thresholds.length * TAG_LANE}px`,
        }}
      >
        {bins.map((bin, i) => (
          <button
            key={bin.label}
            type="button"
            className="ui-histogram-bin"
            data-tone={bin.tone}
            data-testid={`histogram-bin-${i}`}
            aria-pressed={i === selectedBin}
            onClick={() => onSelectBin(i === selectedBin ? null : i)}
          >
            <span className="ui-histogram-column">
              <span className="ui-histogram-count">{bin.count}</span>{' '}
              <span className="ui-histogram-bar" style={{ height: `${(bin.count / highest) * 100}%` }} />
            </span>
            <span className="ui-histogram-label">
              {bin.label}
              <span className="ui-visually-hidden"> {bin.tone}</span>
            </span>
          </button>
        ))}
        {thresholds.map((threshold, i) => (
          <ThresholdHandle
            key={threshold.label}
            threshold={threshold}
            lane={i}
            isShared={thresholds.some((other) => other !== threshold && other.value === threshold.value)}
            bins={bins.length}
            borderAt={borderAt}
          />
        ))}
      </div>
    </div>
  );
}

interface HandleProps {
  readonly threshold: HistogramThreshold;
  /** Tags of several thresholds lie one above the other. */
  readonly lane: number;
  /** Another handle is at the same border: each takes its own part of the height. */
  readonly isShared: boolean;
  readonly bins: number;
  readonly borderAt: (clientX: number) => number;
}

function ThresholdHandle({ threshold, lane, isShared, bins, borderAt }: HandleProps) {
  const { label, value, min, max, valueText, tag, onPreview, onChange } = threshold;
  const [dragging, setDragging] = useState(false);
  const within = (wanted: number) => Math.max(min, Math.min(max, wanted));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && dragging) {
      event.stopPropagation();
      stop();
      onPreview(null);
      return;
    }
    const wanted = {
      ArrowRight: value + 1,
      ArrowUp: value + 1,
      ArrowLeft: value - 1,
      ArrowDown: value - 1,
      Home: min,
      End: max,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (within(wanted) !== value) onChange(within(wanted));
  };
  const stop = () => setDragging(false);
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragging(true);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const wanted = within(borderAt(event.clientX));
    if (dragging && wanted !== value) onPreview(wanted);
  };
  const onPointerUp = () => {
    if (!dragging) return;
    stop();
    onChange(value);
  };
  const onPointerCancel = () => {
    stop();
    onPreview(null);
  };
  return (
    <div
      className="ui-histogram-threshold"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={value}
      aria-valuetext={valueText}
      title={`${label}: ${valueText}`}
      data-testid={`threshold-${label.replaceAll(' ', '-')}`}
      data-dragging={dragging || undefined}
      data-shared={isShared || undefined}
      data-side={value > bins / 2 ? 'left' : 'right'}
      style={{ left: `${(value / bins) * 100}%`, top: `${lane * TAG_LANE}px` }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerCancel}
    >
      <span className="ui-histogram-tag">{tag}</span>
    </div>
  );
}
