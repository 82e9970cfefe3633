/**
 * The lesson under way: which stop, which goals are met, and what it locks. Everything that changes the run asks
 * `refuses` first; looking is never locked. The address names the lesson, so that it can be shared.
 */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { presetByName } from '../worker/protocol.ts';
import { changesOf, chooseCheckpoint, chooseConfig, configStore, editConfig } from './config.ts';
import { setLayout } from './layout.ts';
import { factOf } from './lessons/facts.ts';
import { isMet, onGoalChange } from './lessons/goals.ts';
import { LESSONS, type LessonName } from './lessons/index.ts';
import { LOCKABLE, type Lesson, type LessonStart, type Lockable, type Stop } from './lessons/types.ts';
import { showLive } from './recordedRuns.ts';
import { isPristine, setSpeed, startRun } from './run.ts';
import { addNotice, logLine, sessionStore } from './session.ts';

interface LessonState {
  readonly lesson: Lesson | null;
  /** Position of the stop. */
  readonly at: number;
  /** Stops whose goal is met; once met it stays so. */
  readonly met: ReadonlySet<number>;
  /** What was pressed although it is locked; null: nothing since the stop began. */
  readonly refused: string | null;
}

const NONE: LessonState = { lesson: null, at: 0, met: new Set(), refused: null };
export const lessonStore = createStore<LessonState>(() => NONE);
let stopWatching = (): void => undefined;

export function useLesson<T>(selector: (state: LessonState) => T): T {
  return useStore(lessonStore, selector);
}

/** Opens a lesson at its first stop. Its run begins when the reader goes on from there. What fails is a notice. */
export async function openLesson(name: LessonName): Promise<void> {
  const lesson = await LESSONS[name].load().catch((error: unknown) => {
    addNotice(`The lesson “${LESSONS[name].title}” could not be loaded: ${String(error)}`);
  });
  if (!lesson) return;
  stopWatching();
  // Before the model is loaded, the lesson's own is the one to load.
  if (lesson.start && sessionStore.getState().run === null) takeStart(lesson.start);
  // Its goals are met in the run under way.
  if (lesson.start) showLive();
  lessonStore.setState({ ...NONE, lesson });
  stopWatching = onGoalChange(noteGoal);
  arrive();
  nameInAddress(name);
  logLine(`Lesson opened: ${lesson.title}`);
}

/** Ends the lesson and unlocks everything; the run stays as it is, the drawer that a stop opened does not. */
export function leaveLesson(): void {
  if (lessonStore.getState().lesson) setLayout({ inspectorOpen: false });
  stopWatching();
  stopWatching = () => undefined;
  lessonStore.setState(NONE);
  nameInAddress(null);
}

/** Whether the stop lets the reader go on. */
export function mayGoOn({ lesson, at, met }: LessonState): boolean {
  return lesson !== null && (lesson.stops[at].goal === null || met.has(at));
}

/** What the stop says of the run at hand; empty: nothing yet. */
export function useFact({ fact }: Stop): string {
  return useSyncExternalStore(onGoalChange, () => (fact ? factOf(fact) : ''));
}

/** To the next stop, where the goal allows it; from the last one, out. */
export function goOn(): void {
  const state = lessonStore.getState();
  const { lesson, at } = state;
  if (!lesson || !mayGoOn(state)) return;
  if (at === lesson.stops.length - 1) {
    leaveLesson();
    return;
  }
  if (at === 0 && lesson.start) begin(lesson.start);
  lessonStore.setState({ at: at + 1, refused: null });
  arrive();
}

export function goBack(): void {
  const { at } = lessonStore.getState();
  if (at === 0) return;
  lessonStore.setState({ at: at - 1, refused: null });
  arrive();
}

/** What a command or control is called among the lockable; null: it is never locked. */
function lockableOf(id: string): Lockable | null {
  if (id === 'togglePlay') return sessionStore.getState().status === 'running' ? null : 'play';
  return LOCKABLE.find((lockable) => lockable === id) ?? null;
}

function isLockedIn({ lesson, at }: LessonState, id: string): boolean {
  const lockable = lockableOf(id);
  const allow = lesson?.stops[at].allow ?? 'all';
  return lockable !== null && allow !== 'all' && !allow.includes(lockable);
}

/** Whether the lesson locks a command or control. */
export function useLocked(id: string): boolean {
  return useLesson((state) => isLockedIn(state, id));
}

/** Whether the lesson locks it; if so the reader is told, by that label. */
export function refuses(id: string, label: string): boolean {
  const isLocked = isLockedIn(lessonStore.getState(), id);
  if (isLocked) lessonStore.setState({ refused: label });
  return isLocked;
}

function arrive(): void {
  const { lesson, at } = lessonStore.getState();
  const stop: Stop | undefined = lesson?.stops[at];
  if (stop) setLayout({ inspectorOpen: false, ...stop.open });
  noteGoal();
}

function noteGoal(): void {
  const { lesson, at, met } = lessonStore.getState();
  const goal = lesson?.stops[at].goal;
  if (goal && !met.has(at) && isMet(goal)) lessonStore.setState({ met: new Set([...met, at]) });
}

/** Its config is the draft; nothing is started. */
function takeStart({ preset, seed, easyFrom, mediumFrom, checkpoint, edits }: LessonStart): void {
  const config = presetByName(preset);
  chooseConfig({ ...config, seed, split: { ...config.split, easyFrom, mediumFrom } });
  for (const [path, value] of Object.entries(edits)) editConfig(path, value);
  if (checkpoint !== null) chooseCheckpoint(checkpoint);
}

/** The lesson's own run, unless just that one stands ready. */
function begin(start: LessonStart): void {
  takeStart(start);
  setSpeed(start.delayMs);
  const session = sessionStore.getState();
  if (!isPristine(session) || changesOf(configStore.getState()).length > 0) startRun(false);
}

/** Node, where tests run, has no address. */
function nameInAddress(name: LessonName | null): void {
  if (typeof history === 'undefined') return;
  const url = new URL(location.href);
  if (name === null) url.searchParams.delete('lesson');
  else url.searchParams.set('lesson', name);
  history.replaceState(history.state, '', url);
}
