import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useFrameTurn } from './frameTurn.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let frames: FrameRequestCallback[] = [];
const frame = () => act(() => frames.splice(0, 1).forEach((run) => run(0)));
const drawn: string[] = [];

function Chart({ name, value }: { readonly name: string; readonly value: number }) {
  drawn.push(`${name}${useFrameTurn(value)}`);
  return null;
}

beforeEach(() => {
  frames = [];
  drawn.length = 0;
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run));
});
afterEach(() => vi.unstubAllGlobals());

it('lets one chart a frame see its newest value, and none lose its turn to newer values', () => {
  const root = createRoot(document.createElement('div'));
  const show = (value: number) =>
    act(() => root.render(['a', 'b', 'c'].map((name) => <Chart key={name} name={name} value={value} />)));
  show(0);
  while (frames.length > 0) frame();
  for (const value of [1, 2]) show(value);
  drawn.length = 0;
  frame();
  expect(drawn).toEqual(['a2']);
  // New values come in before b and c had their turn: a goes to the end of the queue.
  show(3);
  drawn.length = 0;
  frame();
  frame();
  frame();
  expect(drawn).toEqual(['b3', 'c3', 'a3']);
  act(() => root.unmount());
  expect(frames.length).toBe(0);
});
