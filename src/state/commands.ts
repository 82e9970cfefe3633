/** The command registry: one list drives buttons, keys and tests. Hotkeys use KeyboardEvent.key. */
import type { SessionState } from './session.ts';
import { sessionStore, useSession } from './session.ts';
import { goLive, select, selectionStore } from './selection.ts';
import { recordsStore } from './records.ts';
import { refuses, useLocked } from './lesson.ts';
import { copyLink } from './shareView.ts';
import { advance, newSeed, pause, play, resetRun } from './run.ts';

export interface Command {
  readonly id: string;
  readonly label: string;
  /** As KeyboardEvent.key, `Shift+` before it where shift decides. */
  readonly hotkey?: string;
  /** How the key is shown. */
  readonly keyLabel?: string;
  enabled(state: SessionState): boolean;
  run(): void;
}

const isReady = (state: SessionState): boolean => state.status === 'idle' || state.status === 'paused';
const hasRun = (state: SessionState): boolean => state.run !== null && state.status !== 'booting';
const hasRecords = (): boolean => recordsStore.getState().steps.length > 0;
const hasRollouts = (): boolean => hasRecords() || recordsStore.getState().draft !== null;

export const COMMANDS: readonly Command[] = [
  {
    id: 'togglePlay',
    label: 'Play or pause',
    hotkey: ' ',
    keyLabel: 'Space',
    enabled: (state) => isReady(state) || state.status === 'running',
    run: () => (sessionStore.getState().status === 'running' ? pause() : play()),
  },
  { id: 'play', label: 'Play', enabled: isReady, run: play },
  {
    id: 'pause',
    label: 'Pause',
    enabled: (state) => state.status === 'running' || state.status === 'stepping',
    run: pause,
  },
  {
    id: 'step',
    label: 'Run one step',
    hotkey: '.',
    keyLabel: '.',
    enabled: isReady,
    run: () => advance('step'),
  },
  {
    id: 'subStep',
    label: 'Run the next phase',
    // Shift+. arrives as ">" on most layouts; both are bound in `commandOf`.
    hotkey: 'Shift+.',
    keyLabel: 'Shift .',
    enabled: isReady,
    run: () => advance('subStep'),
  },
  { id: 'reset', label: 'Reset, same seed', hotkey: 'r', keyLabel: 'R', enabled: hasRun, run: resetRun },
  { id: 'newSeed', label: 'Restart with a new seed', enabled: hasRun, run: newSeed },
  {
    id: 'nextRollout',
    label: 'Next rollout',
    hotkey: 'j',
    keyLabel: 'J',
    enabled: hasRollouts,
    run: () => moveRollout(1),
  },
  {
    id: 'previousRollout',
    label: 'Previous rollout',
    hotkey: 'k',
    keyLabel: 'K',
    enabled: hasRollouts,
    run: () => moveRollout(-1),
  },
  {
    id: 'nextGroup',
    label: 'Next group',
    hotkey: 'n',
    keyLabel: 'N',
    enabled: hasRollouts,
    run: () => moveGroup(1),
  },
  {
    id: 'previousGroup',
    label: 'Previous group',
    hotkey: 'p',
    keyLabel: 'P',
    enabled: hasRollouts,
    run: () => moveGroup(-1),
  },
  {
    id: 'nextStep',
    label: 'Later step',
    hotkey: ']',
    keyLabel: ']',
    enabled: hasRecords,
    run: () => moveStep(1),
  },
  {
    id: 'previousStep',
    label: 'Earlier step',
    hotkey: '[',
    keyLabel: '[',
    enabled: hasRecords,
    run: () => moveStep(-1),
  },
  {
    id: 'goLive',
    label: 'Follow the newest step',
    hotkey: 'g',
    keyLabel: 'G',
    enabled: () => true,
    run: goLive,
  },
  {
    id: 'copyLink',
    label: 'Copy a link to this view',
    enabled: () => true,
    run: () => void copyLink(),
  },
];

const byId = new Map(COMMANDS.map((command) => [command.id, command]));

/** Runs a command if it is enabled now and no lesson locks it; false when it was not run. Throws on an unknown id. */
export function runCommand(id: string): boolean {
  const command = commandById(id);
  if (!command.enabled(sessionStore.getState()) || refuses(id, command.label)) return false;
  command.run();
  return true;
}

export function commandById(id: string): Command {
  const command = byId.get(id);
  if (!command) throw new Error(`Unknown command "${id}". Known: ${[...byId.keys()].join(', ')}.`);
  return command;
}

/** Whether a command can run now. */
export function useEnabled(id: string): boolean {
  const isLocked = useLocked(id);
  return useSession((state) => commandById(id).enabled(state)) && !isLocked;
}

/** The command of a key press, or undefined. Typing and browser shortcuts are left alone by the caller. */
export function commandOf(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): Command | undefined {
  if (event.key === 'Escape') return byId.get('goLive');
  if (event.key === '>' || (event.key === '.' && event.shiftKey)) return byId.get('subStep');
  return COMMANDS.find((command) => command.hotkey === event.key.toLowerCase());
}

/** The selected step, or the first one in progress, with its groups. */
function shownGroups(): { step?: number; groups: readonly { rollouts: readonly unknown[] }[] } {
  const { step } = selectionStore.getState();
  const { records, draft } = recordsStore.getState();
  return (step === null ? undefined : records.get(step)) ?? draft ?? { groups: [] };
}

function moveRollout(by: number): void {
  const { group, rollout } = selectionStore.getState();
  const { step, groups } = shownGroups();
  const last = (groups[group]?.rollouts.length ?? 1) - 1;
  select({ step, rollout: Math.min(last, Math.max(0, rollout + by)) });
}

function moveGroup(by: number): void {
  const { group } = selectionStore.getState();
  const { step, groups } = shownGroups();
  select({ step, group: Math.min(groups.length - 1, Math.max(0, group + by)) });
}

function moveStep(by: number): void {
  const { steps } = recordsStore.getState();
  const at = steps.indexOf(selectionStore.getState().step ?? -1);
  const next = steps[Math.min(steps.length - 1, Math.max(0, at + by))];
  if (next !== undefined) select({ step: next });
}
