import { memo, useId } from 'react';
import type { CSSProperties, KeyboardEvent } from 'react';
import { layerColour } from './scales.ts';
import type { ColourScale } from './scales.ts';
import './image.css';

interface PatchMapProps {
  readonly label: string;
  /** Patches across; the rows follow from the values. */
  readonly columns: number;
  /** One a patch, row-major. */
  readonly values: readonly number[];
  readonly scale: ColourScale;
  readonly format: (value: number) => string;
  /** 0 to 1. */
  readonly opacity: number;
  readonly selected: number | null;
  readonly onSelect: (patch: number | null) => void;
  /** The patch under the pointer; null: none any more. */
  readonly onHover: (patch: number | null) => void;
}

/** Patches up to which each shows its number. */
const NUMBERED = 36;

/** A number a patch, as a layer over an image; one tab stop, arrow keys move, Escape lets go. */
export const PatchMap = memo(function PatchMap(props: PatchMapProps) {
  const { label, columns, values, scale, format, opacity, selected, onSelect, onHover } = props;
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = selected ?? -1;
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: selected === null ? 0 : at + columns,
      ArrowUp: at - columns,
    };
    const isEscape = event.key === 'Escape' && selected !== null;
    if (!isEscape && !(event.key in targets)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isEscape) onSelect(null);
    else if (targets[event.key] in values) onSelect(targets[event.key]);
  };
  return (
    <div
      className="ui-patches"
      role="listbox"
      aria-label={label}
      aria-activedescendant={selected === null ? undefined : `${id}-${selected}`}
      tabIndex={0}
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, '--patch-opacity': opacity } as CSSProperties}
      onKeyDown={move}
      onMouseLeave={() => onHover(null)}
      data-testid="patch-map"
    >
      {values.map((value, i) => (
        <span
          key={i}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === selected}
          aria-label={`row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}: ${format(value)}`}
          title={format(value)}
          style={{ '--patch-colour': layerColour(scale, value) } as CSSProperties}
          onClick={() => onSelect(i === selected ? null : i)}
          onMouseEnter={() => onHover(i)}
        >
          {values.length <= NUMBERED && <b aria-hidden="true">{format(value)}</b>}
        </span>
      ))}
    </div>
  );
});
