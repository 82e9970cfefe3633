import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PatchMap } from './PatchMap.tsx';
import { magnitudeScale } from './scales.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const values = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
let root: Root;
let page: HTMLElement;
const onSelect = vi.fn<(patch: number | null) => void>();

function render(selected: number | null): HTMLElement {
  act(() =>
    root.render(
      <PatchMap
        label="Attention by patch"
        columns={3}
        values={values}
        scale={magnitudeScale(values)}
        format={String}
        opacity={0.5}
        selected={selected}
        onSelect={onSelect}
        onHover={() => {}}
      />,
    ),
  );
  return page.querySelector<HTMLElement>('[role="listbox"]')!;
}
const press = (on: HTMLElement, key: string) =>
  act(() => void on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));

beforeEach(() => {
  onSelect.mockReset();
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

it('names every patch by its place and number', () => {
  const options = [...render(4).querySelectorAll('[role="option"]')];
  expect(options.map((option) => option.getAttribute('aria-label'))).toContain('row 2, column 3: 0.5');
  expect(options.findIndex((option) => option.getAttribute('aria-selected') === 'true')).toBe(4);
});

it.each([
  [4, 'ArrowRight', 5],
  [4, 'ArrowLeft', 3],
  [4, 'ArrowDown', 7],
  [4, 'ArrowUp', 1],
  [null, 'ArrowDown', 0],
  [4, 'Escape', null],
])('from %s, %s goes to %s', (selected, key, target) => {
  press(render(selected), key);
  expect(onSelect.mock.calls).toEqual([[target]]);
});

it('stays inside the image', () => {
  press(render(8), 'ArrowDown');
  press(render(8), 'ArrowRight');
  press(render(0), 'ArrowUp');
  expect(onSelect).not.toHaveBeenCalled();
});
