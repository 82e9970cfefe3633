import type { KeyboardEvent, PointerEvent } from 'react';
import './resizeHandle.css';

const KEY_STEP = 24;

interface ResizeHandleProps {
  /** What is resized, for screen readers: "Height of the charts". */
  readonly label: string;
  /** The edge it lies on: dragging towards the outside of that edge enlarges. */
  readonly edge: 'top' | 'left';
  readonly size: number;
  readonly least: number;
  readonly most: number;
  readonly onResize: (size: number) => void;
}

/** An edge to drag, or to move with the arrow keys. Its parent, positioned, ends at the window's other edge. */
export function ResizeHandle({ label, edge, size, least, most, onResize }: ResizeHandleProps) {
  const resize = (wanted: number): void => onResize(Math.round(Math.max(least, Math.min(most, wanted))));
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    resize(edge === 'top' ? window.innerHeight - event.clientY : window.innerWidth - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [larger, smaller] = edge === 'top' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
    const by = { [larger]: KEY_STEP, [smaller]: -KEY_STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    resize(size + by);
  };
  return (
    <div
      className="ui-resize"
      data-edge={edge}
      role="separator"
      aria-orientation={edge === 'top' ? 'horizontal' : 'vertical'}
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
