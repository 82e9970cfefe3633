import { useId } from 'react';
import type { ReactNode } from 'react';
import './panel.css';

interface PanelProps {
  readonly title: string;
  /** Controls at the right of the heading. */
  readonly actions?: ReactNode;
  /** One quiet line under the heading: what is shown, from where. */
  readonly note?: ReactNode;
  readonly testId: string;
  /** It is what a printed page shows. */
  readonly printed?: boolean;
  readonly children: ReactNode;
}

/** A named region of the workspace: heading, actions, scrolling body. */
export function Panel({ title, actions, note, testId, printed = false, children }: PanelProps) {
  const id = useId();
  return (
    <section
      className="ui-panel"
      aria-labelledby={id}
      data-testid={testId}
      data-printed={printed || undefined}
    >
      <header className="ui-panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p className="ui-panel-note">{note}</p>}
        {actions !== undefined && <div className="ui-panel-actions">{actions}</div>}
      </header>
      <div className="ui-panel-body">{children}</div>
    </section>
  );
}
