import type { ReactNode } from 'react';
import './panel.css';

interface EmptyStateProps {
  readonly title: string;
  /** Why there is nothing, and what brings something. */
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: 'empty' | 'loading' | 'error';
}

/** What a panel shows when it has nothing, is waiting, or failed. */
export function EmptyState({ title, children, action, tone = 'empty' }: EmptyStateProps) {
  return (
    <div
      className="ui-empty"
      data-tone={tone}
      role={tone === 'error' ? 'alert' : undefined}
      aria-busy={tone === 'loading'}
    >
      <h3>{title}</h3>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}
