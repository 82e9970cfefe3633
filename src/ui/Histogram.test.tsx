import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Root } from 'react-dom/client';
import { Histogram } from './Histogram.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const moved: number[] = [];
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

it('tells a bin by its count, label and class, and selects it on and off', () => {
  show(2);
  const bin = page.querySelector<HTMLElement>('[data-testid="histogram-bin-2"]');
  expect(bin?.textContent).toBe('7 2/2 easy');
  act(() => bin?.click());
  show(2, 2);
  act(() => bin?.click());
  expect(selected).toEqual([2, null]);
});
