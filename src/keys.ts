/** Keys of the page: the commands' hotkeys, and digits for the tabs. */
import { commandOf, runCommand, setLayout } from './state/index.ts';
import type { TabId } from './state/index.ts';

/** Fields in which letters are text. */
const TYPING = 'input, textarea, select, [contenteditable="true"]';
/** Controls that Space already presses. */
const PRESSED_BY_SPACE = 'button, summary, a, [role="tab"], [role="button"], [role="slider"]';

/** Listens until the returned function is called; `tabs` are what 1 … 9 choose among. */
export function listenForKeys(tabs: readonly TabId[]): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented) return;
    // An open dialog has the keys to itself.
    if (document.querySelector('dialog[open]')) return;
    const command = commandOf(event);
    // What comes with Ctrl or Cmd is no text, wherever the focus is.
    const isChord = command?.hotkey?.startsWith('Mod+') === true;
    if (!isChord && (event.ctrlKey || event.metaKey || event.altKey || target?.closest(TYPING))) return;
    if (event.key === ' ' && target?.closest(PRESSED_BY_SPACE)) return;
    const tab = tabs[Number(event.key) - 1];
    if (tab !== undefined) setLayout({ tab });
    else if (!command || !runCommand(command.id)) return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}
