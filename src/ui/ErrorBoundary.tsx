import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

interface ErrorBoundaryProps {
  /** What would be here, as a reader calls it. */
  readonly what: string;
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  /** null: nothing is wrong. */
  readonly message: string | null;
}

/** Around a part of the page: where its code cannot be loaded or fails, its place says so and the rest stays. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override readonly state: ErrorBoundaryState = { message: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: error instanceof Error ? error.message : 'It failed without a word' };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <EmptyState
        title={`${this.props.what} cannot be shown`}
        tone="error"
        action={<Button onClick={() => location.reload()}>Reload the page</Button>}
      >
        {message}. A run under way goes on meanwhile; what is kept in Runs outlasts a reload.
      </EmptyState>
    );
  }
}
