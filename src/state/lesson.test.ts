import { beforeEach, expect, test } from 'vitest';
import { presetByName } from '../worker/protocol.ts';
import { setClient } from './bridge.ts';
import { runCommand } from './commands.ts';
import { configStore, choosePreset } from './config.ts';
import { layoutStore } from './layout.ts';
import { goBack, goOn, leaveLesson, lessonStore, mayGoOn, openLesson, refuses } from './lesson.ts';
import { recordsStore } from './records.ts';
import { sessionStore } from './session.ts';

const sent: { type: string }[] = [];

beforeEach(() => {
  sent.length = 0;
  setClient({
    send: (message) => sent.push(message),
  });
  leaveLesson();
  choosePreset('tiny');
  sessionStore.setState(sessionStore.getInitialState());
  recordsStore.setState(recordsStore.getInitialState());
});

const at = (): number => lessonStore.getState().at;

test('before the model is loaded the lesson’s config is the draft', async () => {
  await openLesson('perception-first');
  const { draft, checkpoint } = configStore.getState();
  expect(draft).toMatchObject({ preset: 'tiny', promptsPerStep: 8, optimizer: { learningRate: 3e-4 } });
  expect(checkpoint).toBe('tiny-severe');
  expect(sent).toEqual([]);
});

test('its own run begins with the first Next, and only then', async () => {
  sessionStore.setState({ run: {} as never, status: 'paused', step: 7, config: presetByName('tiny') });
  await openLesson('advantage');
  expect(configStore.getState().draft.preset).toBe('tiny');
  expect(sent).toEqual([]);
  goOn();
  expect(sent.map(({ type }) => type)).toEqual(['setSpeed', 'start']);
  expect(configStore.getState().applied?.config.preset).toBe('nano');
});

test('what a stop does not allow is refused and named; leaving unlocks it', async () => {
  await openLesson('advantage');
  goOn();
  sessionStore.setState({ status: 'idle' });
  sent.length = 0;
  expect(runCommand('play')).toBe(false);
  expect(lessonStore.getState().refused).toBe('Play');
  expect(runCommand('togglePlay')).toBe(false);
  expect(refuses('setup', 'Setup')).toBe(true);
  expect(sent).toEqual([]);
  expect(runCommand('subStep')).toBe(true);
  expect(sent.map(({ type }) => type)).toContain('subStep');
  sessionStore.setState({ status: 'running' });
  expect(runCommand('pause')).toBe(true);
  leaveLesson();
  sessionStore.setState({ status: 'idle' });
  expect(refuses('setup', 'Setup')).toBe(false);
  expect(runCommand('play')).toBe(true);
});

test('a goal holds Next back until it is met, and stays met', async () => {
  await openLesson('equal-groups');
  goOn();
  expect(at()).toBe(1);
  goOn();
  expect(at()).toBe(1);
  sessionStore.setState({ step: 1 });
  expect(mayGoOn(lessonStore.getState())).toBe(false);
  sessionStore.setState({ step: 2 });
  expect(mayGoOn(lessonStore.getState())).toBe(true);
  sessionStore.setState({ step: 0 });
  goOn();
  expect(at()).toBe(2);
  goBack();
  expect(mayGoOn(lessonStore.getState())).toBe(true);
});

test('the tour opens what it points at and starts nothing', async () => {
  await openLesson('tour');
  const { lesson } = lessonStore.getState();
  lesson?.stops.forEach((stop, i) => {
    expect(at()).toBe(i);
    expect(layoutStore.getState()).toMatchObject(stop.open);
    goOn();
  });
  expect(lessonStore.getState().lesson).toBeNull();
  expect(sent).toEqual([]);
});
