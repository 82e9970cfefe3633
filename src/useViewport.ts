import { useSyncExternalStore } from 'react';

/** wide: everything side by side · medium: the inspector is a drawer · narrow: tabs and transport. */
export type Viewport = 'wide' | 'medium' | 'narrow';

const wide = matchMedia('(min-width: 1200px)');
const narrow = matchMedia('(max-width: 767px)');
const print = matchMedia('print');

function subscribe(listener: () => void): () => void {
  for (const query of [wide, narrow, print]) query.addEventListener('change', listener);
  return () => {
    for (const query of [wide, narrow, print]) query.removeEventListener('change', listener);
  };
}

let onScreen: Viewport = 'wide';

/** Of the window; a sheet of paper that is printed from it changes nothing. */
export function useViewport(): Viewport {
  return useSyncExternalStore(subscribe, () => {
    if (!print.matches) onScreen = wide.matches ? 'wide' : narrow.matches ? 'narrow' : 'medium';
    return onScreen;
  });
}

/** Whether the page is being printed. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => print.matches);
}

function subscribeSize(listener: () => void): () => void {
  addEventListener('resize', listener);
  return () => removeEventListener('resize', listener);
}

export function useWindowSize(): { readonly width: number; readonly height: number } {
  const width = useSyncExternalStore(subscribeSize, () => innerWidth);
  const height = useSyncExternalStore(subscribeSize, () => innerHeight);
  return { width, height };
}
