/** Commands found, run and watched. The list is in commandList.ts; hotkeys use KeyboardEvent.key. */
import { useMemo, useSyncExternalStore } from 'react';
import { COMMANDS, type Command } from './commandList.ts';
import { layoutStore } from './layout.ts';
import { selectionStore } from './selection.ts';
import { sessionStore } from './session.ts';
import { watchShownRecords } from './shownRun.ts';

const byId = new Map(COMMANDS.map((command) => [command.id, command]));

/** Runs a command if it is enabled now; false when it was not. Throws on an unknown id. */
export function runCommand(id: string): boolean {
  const command = commandById(id);
  if (!command.enabled()) return false;
  command.run();
  return true;
}

export function commandById(id: string): Command {
  const command = byId.get(id);
  if (!command) throw new Error(`Unknown command "${id}". Known: ${[...byId.keys()].join(', ')}.`);
  return command;
}

/** Calls whenever something changes that `enabled` may read. */
function watch(listener: () => void): () => void {
  const stores = [sessionStore, selectionStore, layoutStore];
  const stops = [watchShownRecords(listener), ...stores.map((store) => store.subscribe(listener))];
  return () => stops.forEach((stop) => stop());
}

/** Whether a command can run now. */
export function useEnabled(id: string): boolean {
  return useSyncExternalStore(watch, () => commandById(id).enabled());
}

/** All commands that can run now, in the order of the list. */
export function useEnabledCommands(): readonly Command[] {
  const ids = useSyncExternalStore(watch, () =>
    COMMANDS.filter((command) => command.enabled())
      .map(({ id }) => id)
      .join(' '),
  );
  return useMemo(() => ids.split(' ').map(commandById), [ids]);
}

type Press = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** The command of a key press, or undefined. In fields, letters are text: that is the caller's to know. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Press): Command | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) {
    if (shiftKey || (ctrlKey && metaKey)) return undefined;
    return COMMANDS.find((command) => command.hotkey === `Mod+${key.toLowerCase()}`);
  }
  if (key === 'Escape') return byId.get('goLive');
  if (key === '>' || (key === '.' && shiftKey)) return byId.get('subStep');
  return COMMANDS.find((command) => command.hotkey === key.toLowerCase());
}
