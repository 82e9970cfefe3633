import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Root } from 'react-dom/client';
import { Histogram } from './Histogram.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const moved: number[] = [];
const previewed: (number | null)[] = [];
const selected: (number | null)[] = [];

function show(value: number, selectedBin: number | null = null): void {
  act(() =>
    root.render(
      <Histogram
        label="passes"
        bins={[3, 0, 7].map((count, i) => ({ label: `${i}/2`, count, tone: i === 2 ? 'easy' : 'hard' }))}
        selectedBin={selectedBin}
        onSelectBin={(bin) => selected.push(bin)}
        thresholds={[
          {
            label: 'easy from',
            value,
            min: 1,
            max: 3,
            valueText: `${value}`,
            tag: `easy ≥ ${value}`,
            onPreview: (to) => previewed.push(to),
            onChange: (to) => moved.push(to),
          },
        ]}
      />,
    ),
  );
}
function press(key: string): void {
  act(() => {
    page
      .querySelector('[role="slider"]')
      ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
}

beforeEach(() => {
  moved.length = 0;
  previewed.length = 0;
  selected.length = 0;
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

it('moves a threshold with the keys, within its limits', () => {
  show(2);
  for (const key of ['ArrowRight', 'ArrowLeft', 'Home', 'End', 'x']) press(key);
  expect(moved).toEqual([3, 1, 1, 3]);
  show(3);
  press('ArrowRight');
  expect(moved).toHaveLength(4);
});

/** jsdom lays nothing out and captures no pointer: a plot of 300 px stands for the real one. */
function pointer(type: string, clientX: number): void {
  const handle = page.querySelector<HTMLElement>('[role="slider"]');
  const plot = page.querySelector<HTMLElement>('.ui-histogram-plot');
  if (!handle || !plot) throw new Error('The histogram is not there.');
  handle.setPointerCapture = () => {};
  plot.getBoundingClientRect = () => new DOMRect(0, 0, 300, 100);
  act(() => {
    handle.dispatchEvent(new MouseEvent(type, { clientX, button: 0, bubbles: true }));
  });
}

it('previews while a threshold is dragged, decides when it is dropped, and Escape gives it up', () => {
  show(2);
  pointer('pointermove', 100);
  expect(previewed).toEqual([]);
  pointer('pointerdown', 200);
  pointer('pointermove', 110);
  expect([previewed, moved]).toEqual([[1], []]);
  show(1);
  pointer('pointermove', 2000);
  show(3);
  pointer('pointerup', 2000);
  expect([previewed, moved]).toEqual([[1, 3], [3]]);
  pointer('pointerdown', 300);
  pointer('pointermove', 200);
  press('Escape');
  pointer('pointerup', 200);
  expect([previewed, moved]).toEqual([[1, 3, 2, null], [3]]);
});

it('tells a bin by its count, label and class, and selects it on and off', () => {
  show(2);
  const bin = page.querySelector<HTMLElement>('[data-testid="histogram-bin-2"]');
  expect(bin?.textContent).toBe('7 2/2 easy');
  act(() => bin?.click());
  show(2, 2);
  act(() => bin?.click());
  expect(selected).toEqual([2, null]);
});
