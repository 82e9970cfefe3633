/** What lies over the workspace, and a field that wants the focus: asked for by commands, shown by whoever holds it. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export interface OverlayState {
  /** The dialog of the page that is open. */
  readonly dialog: 'palette' | 'keySheet' | null;
  /** The find field of Rollouts is to take the focus as soon as it is there. */
  readonly findAsked: boolean;
}

export const overlayStore = createStore<OverlayState>(() => ({ dialog: null, findAsked: false }));

export function useOverlay<T>(selector: (state: OverlayState) => T): T {
  return useStore(overlayStore, selector);
}

export function openDialog(dialog: NonNullable<OverlayState['dialog']>): void {
  overlayStore.setState({ dialog });
}

export function closeDialog(): void {
  overlayStore.setState({ dialog: null });
}

export function askFind(): void {
  overlayStore.setState({ findAsked: true });
}

/** Called by the field once it has the focus. */
export function findTaken(): void {
  overlayStore.setState({ findAsked: false });
}
