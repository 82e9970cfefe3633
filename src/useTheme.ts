import { useLayoutEffect } from 'react';
import { useLayout } from './state/index.ts';

/** The reader's choice of colours, on the document. */
export function useTheme(): void {
  const theme = useLayout((state) => state.theme);
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
