import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { DOCK_HEIGHT, setLayout, useLayout } from './state/index.ts';

const KEY_STEP = 24;

function resize(height: number): void {
  const room = Math.min(DOCK_HEIGHT.most, window.innerHeight - 260);
  setLayout({ dockHeight: Math.round(Math.max(DOCK_HEIGHT.least, Math.min(room, height))) });
}

/** The dock at the bottom, with an edge to drag or to move with the arrow keys. */
export function Dock({ open, children }: { readonly open: boolean; readonly children: ReactNode }) {
  const height = useLayout((state) => state.dockHeight);
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(window.innerHeight - event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    resize(height + by);
  };
  return (
    <section
      className="app-dock"
      data-open={open}
      style={open ? { height } : undefined}
      aria-label="Chart dock"
    >
      {open && (
        <div
          className="app-dock-handle"
          role="separator"
          aria-orientation="horizontal"
          aria-label="Height of the charts"
          aria-valuenow={height}
          aria-valuemin={DOCK_HEIGHT.least}
          aria-valuemax={DOCK_HEIGHT.most}
          tabIndex={0}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={onPointerMove}
          onKeyDown={onKeyDown}
        />
      )}
      {children}
    </section>
  );
}
