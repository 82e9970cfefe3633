/** The command registry: one list drives buttons, keys, palette, key sheet and tests. */
import { keepStep } from './checkpoints.ts';
import { goLive, select, selectionStore } from './selection.ts';
import { sessionStore, type SessionState } from './session.ts';
import { applyLayoutPreset, LAYOUT_PRESETS, layoutStore, setLayout, THEMES } from './layout.ts';
import { groupBy, rolloutBy, stepBy } from './moves.ts';
import { askFind, openDialog } from './dialog.ts';
import { copyLink } from './shareView.ts';
import { shownStep } from './shownStep.ts';
import { advance, newSeed, pause, play, resetRun } from './run.ts';

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: 'Run' | 'Selection' | 'Layout' | 'Page';
  /** As KeyboardEvent.key, `Shift+` before it where shift decides, `Mod+` for Ctrl or Cmd. */
  readonly hotkey?: string;
  /** How the key is shown. */
  readonly keyLabel?: string;
  /** Reads session, records, selection and layout, nothing else: `useEnabled` watches those. */
  enabled(): boolean;
  run(): void;
}

const session = (holds: (state: SessionState) => boolean) => () => holds(sessionStore.getState());
const isReady = session(({ status }) => status === 'idle' || status === 'paused');
const isRunning = session(({ status }) => status === 'running');
const isBusy = session(({ status }) => status === 'running' || status === 'stepping');
const hasRun = session(({ run, status }) => run !== null && status !== 'booting');

/** Nothing of the run can be asked for. */
const GONE: readonly SessionState['status'][] = ['booting', 'lost', 'failed'];

type Target = ReturnType<typeof rolloutBy>;

/** A move of the selection, possible as long as there is somewhere to go. */
function move(id: string, label: string, key: string, target: () => Target): Command {
  return {
    id,
    label,
    group: 'Selection',
    hotkey: key,
    keyLabel: key.toUpperCase(),
    enabled: () => target() !== null,
    run: () => select(target() ?? {}),
  };
}

const RUN: readonly Command[] = [
  {
    id: 'togglePlay',
    label: 'Play or pause',
    group: 'Run',
    hotkey: ' ',
    keyLabel: 'Space',
    enabled: () => isReady() || isRunning(),
    run: () => (isRunning() ? pause() : play()),
  },
  { id: 'play', label: 'Play', group: 'Run', enabled: isReady, run: play },
  { id: 'pause', label: 'Pause', group: 'Run', enabled: isBusy, run: pause },
  {
    id: 'step',
    label: 'Run one step',
    group: 'Run',
    hotkey: '.',
    keyLabel: '.',
    enabled: isReady,
    run: () => advance('step'),
  },
  {
    id: 'subStep',
    label: 'Run the next phase',
    group: 'Run',
    // Shift+. arrives as ">" on most layouts; both are bound in `commandOf`.
    hotkey: 'Shift+.',
    keyLabel: 'Shift .',
    enabled: isReady,
    run: () => advance('subStep'),
  },
  {
    id: 'reset',
    label: 'Reset, same seed',
    group: 'Run',
    hotkey: 'r',
    keyLabel: 'R',
    enabled: hasRun,
    run: resetRun,
  },
  { id: 'newSeed', label: 'Restart with a new seed', group: 'Run', enabled: hasRun, run: newSeed },
  {
    id: 'keepStep',
    label: 'Keep this step as a checkpoint',
    group: 'Run',
    enabled: session(({ run, status, step }) => run !== null && step > 0 && !GONE.includes(status)),
    run: keepStep,
  },
];

const SELECTION: readonly Command[] = [
  move('nextRollout', 'Next rollout', 'j', () => rolloutBy(1)),
  move('previousRollout', 'Previous rollout', 'k', () => rolloutBy(-1)),
  move('nextGroup', 'Next group', 'n', () => groupBy(1)),
  move('previousGroup', 'Previous group', 'p', () => groupBy(-1)),
  move('nextStep', 'Later step', ']', () => stepBy(1)),
  move('previousStep', 'Earlier step', '[', () => stepBy(-1)),
  {
    id: 'goLive',
    label: 'Follow the newest step',
    group: 'Selection',
    hotkey: 'g',
    keyLabel: 'G or Esc',
    enabled: () => {
      const { live, token, patch } = selectionStore.getState();
      return !live || token !== null || patch !== null;
    },
    run: goLive,
  },
  {
    id: 'find',
    label: 'Find in rollouts',
    group: 'Selection',
    hotkey: 'f',
    keyLabel: 'F',
    enabled: () => shownStep() !== null,
    run: () => {
      setLayout({ tab: 'rollouts' });
      askFind();
    },
  },
];

const LAYOUT: readonly Command[] = [
  ...LAYOUT_PRESETS.map((preset): Command => ({
    id: `layout-${preset.id}`,
    label: `Layout ${preset.label}: ${preset.what}`,
    group: 'Layout',
    enabled: () => true,
    run: () => applyLayoutPreset(preset.id),
  })),
  ...THEMES.map((theme): Command => ({
    id: `theme-${theme}`,
    label: theme === 'system' ? 'Colours as the system has them' : `Colours ${theme}`,
    group: 'Layout',
    enabled: () => layoutStore.getState().theme !== theme,
    run: () => setLayout({ theme }),
  })),
];

const PAGE: readonly Command[] = [
  {
    id: 'palette',
    label: 'All commands',
    group: 'Page',
    hotkey: 'Mod+k',
    keyLabel: 'Ctrl K or ⌘ K',
    enabled: () => true,
    run: () => openDialog('palette'),
  },
  {
    id: 'keySheet',
    label: 'Keys',
    group: 'Page',
    hotkey: '?',
    keyLabel: '?',
    enabled: () => true,
    run: () => openDialog('keySheet'),
  },
  {
    id: 'copyLink',
    label: 'Copy a link to this view',
    group: 'Page',
    enabled: () => true,
    run: () => void copyLink(),
  },
];

export const COMMANDS: readonly Command[] = [...RUN, ...SELECTION, ...LAYOUT, ...PAGE];
