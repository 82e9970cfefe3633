import { useId } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import './panel.css';

interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
}

interface TabsProps<Id extends string> {
  /** What the tabs choose among, for screen readers. */
  readonly label: string;
  readonly items: readonly TabItem<Id>[];
  readonly selected: Id;
  readonly onSelect: (id: Id) => void;
  /** Id of the tab panel where it is not `children`; it is labelled by this id and the tab's, joined by a dash. */
  readonly controls?: string;
  /** The selected tab's content; omit when the tabs only choose a view of something beside them. */
  readonly children?: ReactNode;
}

/** Tabs with arrow keys, Home and End; one tab stop. */
export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, items, selected, onSelect, controls, children } = props;
  const own = useId();
  const base = controls ?? own;
  const panel = controls ?? (children === undefined ? undefined : `${own}-panel`);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = items.findIndex((item) => item.id === selected);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = items[(target + items.length) % items.length];
    onSelect(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <>
      <div className="ui-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {items.map((item) => (
          <button
            key={item.id}
            type="button"
            role="tab"
            className="ui-tab"
            id={`${base}-${item.id}`}
            data-tab={item.id}
            aria-selected={item.id === selected}
            aria-controls={panel}
            tabIndex={item.id === selected ? 0 : -1}
            onClick={() => onSelect(item.id)}
          >
            {item.label}
          </button>
        ))}
      </div>
      {children !== undefined && (
        <div role="tabpanel" id={panel} aria-labelledby={`${base}-${selected}`}>
          {children}
        </div>
      )}
    </>
  );
}
