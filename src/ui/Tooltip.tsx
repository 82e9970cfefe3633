import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import './panel.css';

interface TooltipProps {
  /** The visible term. */
  readonly children: ReactNode;
  readonly definition: string;
  /** What to do with it, or what a good value looks like. */
  readonly hint?: string;
}

/** A term with its definition on hover and focus; Escape closes it. Drawn on the body, so nothing clips it. */
export function Tooltip({ children, definition, hint }: TooltipProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const bubble = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (!open || !trigger.current || !bubble.current) return;
    const at = trigger.current.getBoundingClientRect();
    const box = bubble.current.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, window.innerWidth - box.width - 8));
    const below = at.bottom + 6;
    const top = below + box.height > window.innerHeight ? Math.max(8, at.top - box.height - 6) : below;
    bubble.current.style.left = `${left}px`;
    bubble.current.style.top = `${top}px`;
  }, [open]);

  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      // Escape also goes live; while a tooltip is open it only closes the tooltip.
      event.stopPropagation();
      setOpen(false);
    };
    document.addEventListener('keydown', close, true);
    return () => document.removeEventListener('keydown', close, true);
  }, [open]);

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className="ui-tooltip-trigger"
        aria-describedby={open ? id : undefined}
        onPointerEnter={() => setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open &&
        createPortal(
          <div ref={bubble} id={id} role="tooltip" className="ui-tooltip">
            <p>{definition}</p>
            {hint !== undefined && <p>{hint}</p>}
          </div>,
          document.body,
        )}
    </>
  );
}
