/** The part of the Data panel where samples are made, over an IndexedDB that keeps them or keeps nothing. */
import 'fake-indexeddb/auto';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readOwnSamples, removeOwnSample, saveOwnSample, type OwnPicture } from '../../../state/index.ts';
import { ownSamplesStore } from '../../../state/ownSamples.ts';
import OwnSamples from './OwnSamples.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
// jsdom neither shows pictures nor draws nor scrolls; e2e/sampling.spec.ts does.
Object.assign(URL, { createObjectURL: () => 'blob:picture', revokeObjectURL: () => {} });
Object.assign(HTMLCanvasElement.prototype, { getContext: () => null });
Object.assign(HTMLElement.prototype, { scrollIntoView: () => {} });

const bytes = new Uint8Array([1]);
const picture: OwnPicture = { bytes, format: 'png', width: 30, height: 60, drawing: null };
const fields = (problem: string) => ({ problem, answer: '1', key_words: ['red'], picture });

let root: Root;
let page: HTMLElement;
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const alerts = () => [...page.querySelectorAll('[role="alert"]')].map((one) => one.textContent);
const button = (name: string) =>
  [...page.querySelectorAll('button')].find(
    (one) => one.textContent.trim() === name || one.getAttribute('aria-label') === name,
  );
const click = (name: string) => act(() => button(name)?.click());
function type(label: string, text: string): void {
  const field = [...page.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('.ui-input')].find(
    (one) => document.getElementById(one.getAttribute('aria-labelledby') ?? '')?.textContent === label,
  )!;
  const prototype = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  act(() => {
    Object.getOwnPropertyDescriptor(prototype.prototype, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(async () => {
  await readOwnSamples();
  for (const { number } of ownSamplesStore.getState().samples) await removeOwnSample(number);
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  act(() => root.render(<OwnSamples />));
});
afterEach(() => {
  vi.restoreAllMocks();
  act(() => root.unmount());
  page.remove();
});

it('says at each field what is wrong, and takes it back once it is mended', () => {
  click('Add a sample');
  expect(alerts()).toEqual([]);
  click('Add the sample');
  expect(alerts()).toEqual([
    'Picture: nothing is drawn yet; draw something, or upload a picture.',
    'Problem is the empty text ""; write e.g. "How many cats are there?".',
    'Answer is the empty text ""; write e.g. "2".',
  ]);
  type('Answer', '2');
  expect(alerts()).toHaveLength(2);
  click('Upload');
  expect(alerts()[0]).toBe('Picture: none is chosen yet; choose a file, or draw one.');
  expect(ownSamplesStore.getState().samples).toEqual([]);
});

it('lists, changes and removes samples, the last with a way back', async () => {
  await act(() => saveOwnSample(fields('How many?'), null));
  expect(at('own-card')?.textContent).toContain('How many?');
  click('Edit own-1');
  type('Problem', 'How many cubes?');
  click('Save changes');
  await act(() => vi.waitFor(() => expect(at('own-card')?.textContent).toContain('How many cubes?')));
  expect(at('own-form')).toBeNull();
  click('Remove own-1');
  expect(at('own-card')).toBeNull();
  expect(button('Train on these')?.disabled).toBe(true);
  click('Undo');
  await act(() => vi.waitFor(() => expect(at('own-card')?.textContent).toContain('own-1')));
});

it.each([
  ['denied', 'SecurityError', 'The browser keeps nothing for this page (refused).'],
  ['full', 'QuotaExceededError', 'The browser gives this page no more room.'],
])('storage %s: the sample is there, with what to do', async (fault, name, message) => {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('refused', name);
  });
  await act(() => saveOwnSample(fields('How many?'), null));
  expect(at('own-card')?.textContent).toContain('How many?');
  const said = at('own-unkept')?.textContent;
  expect(said).toContain(`Not kept on this device: ${message} What you add lasts until you close the page`);
  expect(said?.includes('Deleting runs')).toBe(fault === 'full');
});
