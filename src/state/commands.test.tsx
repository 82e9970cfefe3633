import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stepRecord } from '../../fixtures/stepRecord.ts';
import { COMMANDS } from './commandList.ts';
import { commandById, commandOf, runCommand, useEnabled, useEnabledCommands } from './commands.ts';
import { layoutStore } from './layout.ts';
import { dialogStore } from './dialog.ts';
import { addRecords, clearRecords } from './records.ts';
import { followNewest, goLive, select, selectionStore } from './selection.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const at = () => {
  const { step, group, rollout } = selectionStore.getState();
  return [step, group, rollout];
};
const arrive = (...steps: number[]): void => {
  addRecords(steps.map((step) => stepRecord(step, 'perception', 2, 3)));
  followNewest();
};

beforeEach(() => {
  clearRecords();
  selectionStore.setState({ step: null, group: 0, rollout: 0 });
  goLive();
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

const press = (key: string, held: Partial<Parameters<typeof commandOf>[0]> = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held })?.id;

test('keys name their commands, shifted or not', () => {
  expect(press(' ')).toBe('togglePlay');
  expect(press('.')).toBe('step');
  expect(press('>', { shiftKey: true })).toBe('subStep');
  expect(press('.', { shiftKey: true })).toBe('subStep');
  expect(press('R', { shiftKey: true })).toBe('reset');
  expect(press('Escape')).toBe('goLive');
  expect(press('?', { shiftKey: true })).toBe('keySheet');
  expect(press('x')).toBeUndefined();
});

test('with Ctrl or Cmd only the palette has a key, and the browser keeps its own', () => {
  expect(press('k', { ctrlKey: true })).toBe('palette');
  expect(press('K', { metaKey: true })).toBe('palette');
  expect(press('k')).toBe('previousRollout');
  expect(press('r', { ctrlKey: true })).toBeUndefined();
  expect(press('k', { ctrlKey: true, shiftKey: true })).toBeUndefined();
  expect(press('f', { altKey: true })).toBeUndefined();
});

test('ids and hotkeys are given once, and every hotkey can be shown', () => {
  const ids = COMMANDS.map(({ id }) => id);
  const keys = COMMANDS.flatMap(({ hotkey }) => hotkey ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { hotkey, keyLabel } of COMMANDS) expect(hotkey === undefined).toBe(keyLabel === undefined);
});

test('moves are possible as long as there is somewhere to go', () => {
  expect(runCommand('nextRollout')).toBe(false);
  arrive(1, 2);
  expect(commandById('previousRollout').enabled()).toBe(false);
  expect([runCommand('nextRollout'), runCommand('nextRollout'), runCommand('nextRollout')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(at()).toEqual([2, 0, 2]);
  expect([runCommand('nextGroup'), runCommand('nextGroup')]).toEqual([true, false]);
  expect(at()).toEqual([2, 1, 0]);
  expect(runCommand('nextStep')).toBe(false);
  expect([runCommand('previousStep'), runCommand('previousStep')]).toEqual([true, false]);
  expect(at()).toEqual([1, 1, 0]);
});

test('going live is possible once something is selected', () => {
  arrive(1);
  expect(runCommand('goLive')).toBe(false);
  select({ token: 3 });
  expect(runCommand('goLive')).toBe(true);
  expect(selectionStore.getState()).toMatchObject({ live: true, token: null });
});

function Row() {
  const canMove = useEnabled('nextGroup');
  const ids = useEnabledCommands().map(({ id }) => id);
  return (
    <p>
      {String(canMove)} {ids.includes('find') && 'find'} {ids.includes('theme-dark') && 'dark'}
    </p>
  );
}

test('a button follows records, selection and layout, not the session alone', () => {
  act(() => root.render(<Row />));
  expect(page.textContent).toBe('false  dark');
  act(() => arrive(1));
  expect(page.textContent).toBe('true find dark');
  act(() => select({ group: 1 }));
  expect(page.textContent).toBe('false find dark');
  act(() => layoutStore.setState({ theme: 'dark' }));
  expect(page.textContent).toBe('false find ');
});

test('find opens Rollouts and asks for its field', () => {
  arrive(1);
  layoutStore.setState({ tab: 'stages' });
  expect(runCommand('find')).toBe(true);
  expect(layoutStore.getState().tab).toBe('rollouts');
  expect(dialogStore.getState().findAsked).toBe(true);
});
