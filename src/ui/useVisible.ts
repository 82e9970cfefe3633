import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** Whether the element is on screen or nearly so; true where the browser cannot tell. */
export function useVisible(element: RefObject<Element | null>, margin = '120px'): boolean {
  const [visible, setVisible] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    if (!element.current || typeof IntersectionObserver === 'undefined') return;
    const observer = new IntersectionObserver(
      (entries) => setVisible(entries.at(-1)?.isIntersecting ?? false),
      {
        rootMargin: margin,
      },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, margin]);
  return visible;
}
