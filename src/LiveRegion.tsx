import { useEffect, useRef, useState } from 'react';
import { sessionStore, type SessionState } from './state/index.ts';

const LEAST_MS = 5000;

function sentence({ status, stage, step, error }: SessionState): string {
  if (error) return `Problem in ${error.where}: ${error.message}`;
  return `${status}, stage ${stage}, ${step} ${step === 1 ? 'step' : 'steps'} done`;
}

/** Tells screen readers how the run goes, at most every five seconds. */
export function LiveRegion() {
  const [text, setText] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    const unsubscribe = sessionStore.subscribe((state, before) => {
      if (timer.current !== null || sentence(state) === sentence(before)) return;
      timer.current = setTimeout(() => {
        timer.current = null;
        setText(sentence(sessionStore.getState()));
      }, LEAST_MS);
    });
    return () => {
      unsubscribe();
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    };
  }, []);
  return (
    <p className="ui-visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}
