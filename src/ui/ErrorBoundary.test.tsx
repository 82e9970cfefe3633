import { act, lazy, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';
import { ErrorBoundary } from './ErrorBoundary.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

afterEach(() => vi.restoreAllMocks());

it('says in its place what could not be loaded, and leaves the rest of the page', async () => {
  // React names the caught error there.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const page = document.createElement('div');
  const root = createRoot(page);
  const Late = lazy(() => Promise.reject(new Error('runs.js gave 404')));
  await act(async () =>
    root.render(
      <>
        <p>the rest</p>
        <ErrorBoundary what="Runs">
          <Suspense fallback="loading">
            <Late />
          </Suspense>
        </ErrorBoundary>
      </>,
    ),
  );
  expect(page.querySelector('[role="alert"]')?.textContent).toContain('Runs cannot be shown');
  expect(page.textContent).toContain('runs.js gave 404');
  expect(page.querySelector('button')?.textContent).toBe('Reload the page');
  expect(page.textContent).toContain('the rest');
  act(() => root.unmount());
});
