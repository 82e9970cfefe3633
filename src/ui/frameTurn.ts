/** One expensive render an animation frame: charts take turns instead of rendering all at once. */
import { useEffect, useRef, useState } from 'react';

type Job = () => void;
let waiting: Job[] = [];

function runNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) requestAnimationFrame(runNext);
}

/** Queues a job for a frame of its own; returns how to take it back. */
function inOwnFrame(job: Job): () => void {
  waiting.push(job);
  if (waiting.length === 1) requestAnimationFrame(runNext);
  return () => {
    waiting = waiting.filter((other) => other !== job);
  };
}

/** The newest value, handed on when this component's turn comes. A newer value keeps the place in the queue. */
export function useFrameTurn<T>(value: T): T {
  const [shown, setShown] = useState(value);
  const newest = useRef(value);
  const leave = useRef<Job | null>(null);
  useEffect(() => {
    newest.current = value;
    leave.current ??= inOwnFrame(() => {
      leave.current = null;
      setShown(() => newest.current);
    });
  }, [value]);
  useEffect(
    () => () => {
      leave.current?.();
      leave.current = null;
    },
    [],
  );
  return shown;
}
