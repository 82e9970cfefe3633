import type { ReactNode } from 'react';
import { DOCK_HEIGHT, setLayout, useLayout } from './state/index.ts';
import { ResizeHandle } from './ui/index.ts';
import { useWindowSize } from './useViewport.ts';

/** What stays for the workspace above the dock. */
const WORKSPACE = 260;

/** The dock at the bottom, with an edge to drag or to move with the arrow keys. */
export function Dock({ open, children }: { readonly open: boolean; readonly children: ReactNode }) {
  const wanted = useLayout((state) => state.dockHeight);
  const window = useWindowSize();
  const most = Math.max(DOCK_HEIGHT.least, Math.min(DOCK_HEIGHT.most, window.height - WORKSPACE));
  const height = Math.min(wanted, most);
  return (
    <section
      className="app-dock"
      data-open={open}
      style={open ? { height } : undefined}
      aria-label="Chart dock"
    >
      {open && (
        <ResizeHandle
          label="Height of the charts"
          edge="top"
          size={height}
          least={DOCK_HEIGHT.least}
          most={most}
          onResize={(dockHeight) => setLayout({ dockHeight })}
        />
      )}
      {children}
    </section>
  );
}
