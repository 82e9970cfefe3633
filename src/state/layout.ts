/** What is open and how large, remembered on this device. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import * as v from 'valibot';

/** Tabs of the workspace. The first three are tabs of their own only where there is no room beside. */
export const TABS = [
  'setup',
  'inspector',
  'charts',
  'rollouts',
  'sampling',
  'objective',
  'stages',
  'runs',
  'evaluation',
  'hacks',
  'customReward',
  'system',
  'help',
] as const;
export type TabId = (typeof TABS)[number];

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const DOCK_HEIGHT = { least: 120, most: 640 } as const;

const Layout = v.object({
  tab: v.picklist(TABS),
  theme: v.picklist(THEMES),
  railOpen: v.boolean(),
  inspectorOpen: v.boolean(),
  dockOpen: v.boolean(),
  dockHeight: v.pipe(v.number(), v.minValue(DOCK_HEIGHT.least), v.maxValue(DOCK_HEIGHT.most)),
});
export type LayoutState = v.InferOutput<typeof Layout>;

const KEY = 'pebr-layout';
const DEFAULTS: LayoutState = {
  tab: 'rollouts',
  theme: 'system',
  // Beside a workspace that keeps some 600 px; Node, where tests run, has no window.
  railOpen: (globalThis.innerWidth ?? Infinity) >= 1000,
  inspectorOpen: false,
  dockOpen: true,
  dockHeight: 236,
};

export const layoutStore = createStore<LayoutState>(() => ({ ...DEFAULTS, ...remembered() }));

const stopRemembering = layoutStore.subscribe((state) => {
  // Private windows may refuse; the layout then lives as long as the page.
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    return;
  }
});

/** From here on the layout lives as long as the page: an embedded panel is not the reader's workbench. */
export function forgetLayout(): void {
  stopRemembering();
}

export function useLayout<T>(selector: (state: LayoutState) => T): T {
  return useStore(layoutStore, selector);
}

export function setLayout(partial: Partial<LayoutState>): void {
  layoutStore.setState(partial);
}

export function isTab(name: string): name is TabId {
  return (TABS as readonly string[]).includes(name);
}

/** What an earlier visit left, if it still makes sense. */
function remembered(): Partial<LayoutState> {
  try {
    const parsed = v.safeParse(v.partial(Layout), JSON.parse(localStorage.getItem(KEY) ?? '{}'));
    return parsed.success ? parsed.output : {};
  } catch {
    return {};
  }
}
