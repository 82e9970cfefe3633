import { lazy, Suspense, useEffect, useState } from 'react';
import { readOwnSamples, useOwnSamples } from '../../state/index.ts';
import { EmptyState, ErrorBoundary } from '../../ui/index.ts';

const OwnSamples = lazy(() => import('./own/OwnSamples.tsx'));

/** The reader's own samples, folded away until wanted. */
export function OwnSection() {
  const count = useOwnSamples((state) => state.samples.length);
  const brought = useOwnSamples((state) => state.brought);
  const [isOpen, setOpen] = useState(false);
  // Samples that come back are shown.
  const [seen, setSeen] = useState<typeof brought>(null);
  if (brought !== seen) {
    setSeen(brought);
    setOpen(true);
  }
  useEffect(() => void readOwnSamples(), []);
  return (
    <details
      className="sa-own"
      open={isOpen}
      data-testid="own-samples"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        Your own samples <span className="sa-quiet">{count === 0 ? 'draw or upload some' : count}</span>
      </summary>
      {isOpen && (
        <ErrorBoundary what="The drawing pad">
          <Suspense fallback={<EmptyState title="Loading the drawing pad…" tone="loading" />}>
            <OwnSamples />
          </Suspense>
        </ErrorBoundary>
      )}
    </details>
  );
}
