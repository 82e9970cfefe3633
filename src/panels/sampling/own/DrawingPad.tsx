import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { Brush, Circle, Eraser, Square, Trash2, Triangle, Undo2, type LucideIcon } from 'lucide-react';
import type { DrawnMark } from '../../../state/index.ts';
import { Button } from '../../../ui/index.ts';
import { COLOURS, paint, shownMarks, SIDE, TOOLS, type Tool } from './drawing.ts';

const ICON = 16;
const ICONS: Readonly<Record<Tool, LucideIcon>> = {
  brush: Brush,
  rectangle: Square,
  circle: Circle,
  triangle: Triangle,
  eraser: Eraser,
};
/** Pixels of the picture that an arrow key moves; with shift, a fine step. */
const KEY_STEP = 8;
/** Half the side of a shape that is put down by key. */
const STAMP = 24;

interface DrawingPadProps {
  readonly marks: readonly DrawnMark[];
  readonly onChange: (marks: readonly DrawnMark[]) => void;
}

/** A canvas to draw on with mouse, pen or finger; by key the arrows move a cross and Space puts a mark down. */
export function DrawingPad({ marks, onChange }: DrawingPadProps) {
  const [tool, setTool] = useState<Tool>('brush');
  const [colour, setColour] = useState('red');
  const [size, setSize] = useState(12);
  const [points, setPoints] = useState<readonly number[] | null>(null);
  const [cross, setCross] = useState<readonly [number, number] | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const helpId = useId();
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) paint(context, points ? [...marks, { tool, colour, size, points }] : marks);
  }, [marks, points, tool, colour, size]);

  const add = (drawn: readonly number[]) => onChange([...marks, { tool, colour, size, points: drawn }]);
  const undo = () => onChange(marks.slice(0, -1));
  const at = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [
      Math.round((event.clientX - box.left) * scale * 10) / 10,
      Math.round((event.clientY - box.top) * scale * 10) / 10,
    ];
  };
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setCross(null);
    setPoints(at(event));
  };
  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (points) setPoints([...points, ...at(event)]);
  };
  const onPointerUp = () => {
    if (points) add(points);
    setPoints(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onKey(event)) return;
    // Elsewhere Space plays and Escape goes live.
    event.preventDefault();
    event.stopPropagation();
  };
  /** Whether the key means something here. */
  const onKey = ({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean => {
    if ((ctrlKey || metaKey) && key === 'z') {
      undo();
      return true;
    }
    if (key === 'Escape' && points) {
      setPoints(null);
      return true;
    }
    const [x, y] = cross ?? [SIDE / 2, SIDE / 2];
    if (key === ' ' || key === 'Enter') {
      setCross([x, y]);
      const isStroke = tool === 'brush' || tool === 'eraser';
      add(isStroke ? [x, y] : [x - STAMP, y - STAMP, x + STAMP, y + STAMP]);
      return true;
    }
    const step = shiftKey ? 1 : KEY_STEP;
    const move = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    }[key];
    if (!move) return false;
    const within = (value: number) => Math.max(0, Math.min(SIDE, value));
    setCross([within(x + move[0]), within(y + move[1])]);
    return true;
  };
  return (
    <div className="own-pad">
      <div className="own-tools" role="group" aria-label="Tool">
        {TOOLS.map((each) => {
          const Icon = ICONS[each];
          return (
            <Button
              key={each}
              aria-label={each}
              title={each}
              aria-pressed={each === tool}
              onClick={() => setTool(each)}
            >
              <Icon size={ICON} aria-hidden="true" />
            </Button>
          );
        })}
        <span className="sa-quiet">{tool}</span>
      </div>
      <span className="own-canvas">
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          tabIndex={0}
          role="application"
          aria-label="Drawing"
          aria-describedby={helpId}
          data-testid="own-canvas"
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setPoints(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setCross(null)}
        />
        {cross && (
          <span
            className="own-cross"
            style={{ left: `${(cross[0] / SIDE) * 100}%`, top: `${(cross[1] / SIDE) * 100}%` }}
          />
        )}
      </span>
      <div className="own-colours" role="group" aria-label="Colour">
        {Object.entries(COLOURS).map(([name, css]) => (
          <button
            key={name}
            type="button"
            className="own-colour"
            style={{ background: css }}
            aria-label={name}
            title={name}
            aria-pressed={name === colour}
            onClick={() => setColour(name)}
          />
        ))}
        <span className="sa-quiet">{colour}</span>
      </div>
      <div className="own-tools">
        <label className="sa-quiet own-size">
          stroke{' '}
          <input
            type="range"
            min={2}
            max={40}
            step={2}
            value={size}
            aria-valuetext={`${size} pixels`}
            onChange={(event) => setSize(Number(event.target.value))}
          />
        </label>
        <Button disabled={marks.length === 0} onClick={undo}>
          <Undo2 size={ICON} aria-hidden="true" /> Undo
        </Button>
        <Button
          disabled={shownMarks(marks).length === 0}
          onClick={() => onChange([...marks, { tool: 'clear' }])}
        >
          <Trash2 size={ICON} aria-hidden="true" /> Clear
        </Button>
      </div>
      <p id={helpId} className="sa-quiet">
        Drag to draw. By key: arrows move, Space puts a mark down, Ctrl or ⌘ + Z takes it back.
      </p>
    </div>
  );
}
