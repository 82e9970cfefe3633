/** Code from elsewhere is shown to the last character, and only the reader's yes lets it in. */
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { presetByName } from '../../engine/rl/presets.ts';
import { chooseConfig, configStore } from '../../state/config.ts';
import { admitConfig } from '../../state/index.ts';
import { PendingView } from './PendingView.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const nano = presetByName('nano');
/** With what a page would make of it if it took text for markup. */
const code = 'const score = () => ({ value: 1 }); // <img src=x onerror="alert(1)"> \u202E no';
let root: Root;
let page: HTMLElement;

beforeEach(() => {
  page = document.createElement('div');
  root = createRoot(page);
  chooseConfig(nano);
  act(() => root.render(<PendingView />));
  const custom = [{ name: 'stranger', weight: -0.5, code }];
  const { reasoning } = nano.recipes;
  act(() => {
    admitConfig({ ...nano, recipes: { ...nano.recipes, reasoning: { ...reasoning, custom } } }, 'a link');
  });
});
afterEach(() => act(() => root.unmount()));

const press = (text: string) =>
  act(() => [...page.querySelectorAll('button')].find((one) => one.textContent === text)?.click());

it('shows origin, name, weight, stage and the very text, and Discard leaves the draft alone', () => {
  expect(page.querySelector('pre')?.textContent).toBe(code);
  expect(page.querySelector('img')).toBeNull();
  expect(page.textContent).toContain('A reward term from a link has not run');
  expect(page.textContent).toContain('custom:stranger × -0.5 in reasoning');
  press('Discard');
  expect(page.textContent).toBe('');
  expect(configStore.getState().draft).toEqual(nano);
});

it('Allow brings it into the recipe of its stage', () => {
  press('Allow and add to the recipe');
  expect(page.textContent).toBe('');
  expect(configStore.getState().draft.recipes.reasoning.custom).toEqual([
    { name: 'stranger', weight: -0.5, code },
  ]);
});
