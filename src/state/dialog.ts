/** What lies over the workspace, and a field that wants the focus: asked for by commands, shown by whoever holds it. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export interface DialogState {
  /** The dialog of the page that is open. */
  readonly dialog: 'palette' | 'keySheet' | null;
  /** The find field of Rollouts is to take the focus as soon as it is there. */
  readonly findAsked: boolean;
}

export const dialogStore = createStore<DialogState>(() => ({ dialog: null, findAsked: false }));

export function useDialog<T>(selector: (state: DialogState) => T): T {
  return useStore(dialogStore, selector);
}

export function openDialog(dialog: NonNullable<DialogState['dialog']>): void {
  dialogStore.setState({ dialog });
}

export function closeDialog(): void {
  dialogStore.setState({ dialog: null });
}

export function askFind(): void {
  dialogStore.setState({ findAsked: true });
}

/** Called by the field once it has the focus. */
export function findTaken(): void {
  dialogStore.setState({ findAsked: false });
}
