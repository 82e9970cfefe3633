import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import './histogram.css';
import './panel.css';

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

/** Bins as toggle buttons with draggable borders; borders also move with the arrow keys. */
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
        style={{ gridTemplateColumns: `repeat(${bins.length}, 1fr)` }}
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
        {thresholds.map((threshold) => (
          <ThresholdHandle
            key={threshold.label}
            threshold={threshold}
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
  readonly bins: number;
  readonly borderAt: (clientX: number) => number;
}

function ThresholdHandle({ threshold, bins, borderAt }: HandleProps) {
  const { label, value, min, max, valueText, onChange } = threshold;
  const set = (wanted: number) => {
    const next = Math.max(min, Math.min(max, wanted));
    if (next !== value) onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
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
    set(wanted);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(borderAt(event.clientX));
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
      style={{ left: `${(value / bins) * 100}%` }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
    />
  );
}
