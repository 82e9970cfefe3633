/** What changes the run apart from Setup and transport is locked by a lesson too: joining a term, dropping files. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropTarget } from './DropTarget.tsx';
import { CustomRewardPanel } from './panels/customReward/index.ts';
import { setClient } from './state/bridge.ts';
import { goOn, leaveLesson, lessonStore, openLesson } from './state/index.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const sent: string[] = [];
let root: Root;
let page: HTMLElement;

beforeEach(async () => {
  sent.length = 0;
  setClient({ send: ({ type }) => void sent.push(type) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  await openLesson('advantage');
  goOn();
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  leaveLesson();
});

const join = () =>
  [...page.querySelectorAll('button')].find((one) => one.textContent.includes('Join the recipe'));

test('a custom term does not join, and Leave the lesson is offered', () => {
  act(() => root.render(<CustomRewardPanel />));
  expect(join()?.matches(':disabled')).toBe(true);
  expect(join()?.closest('fieldset')?.disabled).toBe(true);
  expect(page.textContent).toContain('Locked by the lesson');
  act(() =>
    [...page.querySelectorAll('button')].find((one) => one.textContent === 'Leave the lesson')?.click(),
  );
  expect(lessonStore.getState().lesson).toBeNull();
  expect(join()?.closest('fieldset')?.disabled).toBe(false);
});

/** A file dropped on the page; jsdom has no DragEvent. */
function fire(type: 'dragover' | 'drop'): Event {
  const file = new File(['[]'], 'set.json');
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), {
    dataTransfer: { types: ['Files'], files: [file], items: [] },
  });
  act(() => void document.dispatchEvent(event));
  return event;
}

test('dropped files are refused and named, and taken again after the lesson', async () => {
  act(() => root.render(<DropTarget />));
  sent.length = 0;
  fire('dragover');
  expect(page.textContent).toBe('Locked by the lesson');
  // Else the browser would open the file in place of the page.
  expect(fire('drop').defaultPrevented).toBe(true);
  expect(lessonStore.getState().refused).toBe('Dropped files');
  expect(sent).toEqual([]);
  act(leaveLesson);
  fire('dragover');
  expect(page.textContent).toContain('Drop a JSON');
  fire('drop');
  await Promise.resolve();
  expect(sent).toEqual(['importFiles']);
});
