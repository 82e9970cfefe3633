import { useSyncExternalStore } from 'react';

/** wide: everything side by side · medium: the inspector is a drawer · narrow: tabs and transport. */
export type Viewport = 'wide' | 'medium' | 'narrow';

const wide = matchMedia('(min-width: 1200px)');
const narrow = matchMedia('(max-width: 767px)');

function subscribe(listener: () => void): () => void {
  for (const query of [wide, narrow]) query.addEventListener('change', listener);
  return () => {
    for (const query of [wide, narrow]) query.removeEventListener('change', listener);
  };
}

export function useViewport(): Viewport {
  return useSyncExternalStore(subscribe, () =>
    wide.matches ? 'wide' : narrow.matches ? 'narrow' : 'medium',
  );
}
