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

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const DOCK_HEIGHT = { least: 120, most: 640 } as const;
export const INSPECTOR_WIDTH = { least: 320, most: 900 } as const;

const PRESET_IDS = ['train', 'inspect', 'teach', 'compare'] as const;
export type LayoutPresetId = (typeof PRESET_IDS)[number];

const within = ({ least, most }: { readonly least: number; readonly most: number }) =>
  v.pipe(v.number(), v.minValue(least), v.maxValue(most));
const SIZES = { dockHeight: within(DOCK_HEIGHT), inspectorWidth: within(INSPECTOR_WIDTH) };
const FIELDS = {
  tab: v.picklist(TABS),
  theme: v.picklist(THEMES),
  railOpen: v.boolean(),
  inspectorOpen: v.boolean(),
  dockOpen: v.boolean(),
  ...SIZES,
  /** The layout preset chosen last. */
  preset: v.picklist(PRESET_IDS),
  /** Sizes that each was left with. */
  sizes: v.partial(v.object(v.entriesFromList(PRESET_IDS, v.object(SIZES)))),
};
export type LayoutState = v.InferOutput<v.ObjectSchema<typeof FIELDS, undefined>>;
type Places = Pick<LayoutState, 'tab' | 'railOpen' | 'inspectorOpen' | 'dockOpen'>;
type Sizes = Pick<LayoutState, 'dockHeight' | 'inspectorWidth'>;

/** Node, where tests run, has no window. */
const width = globalThis.innerWidth ?? 1440;
const inspectorWidth = (share: number): number =>
  Math.round(Math.min(INSPECTOR_WIDTH.most, Math.max(380, width * share)));

/** Four ways to work. Where the inspector has a place of its own, its tab falls back to Rollouts. */
export const LAYOUT_PRESETS: readonly {
  readonly id: LayoutPresetId;
  readonly label: string;
  readonly what: string;
  readonly places: Places;
  readonly sizes: Sizes;
}[] = [
  {
    id: 'train',
    label: 'Train',
    what: 'setup, rollouts and charts',
    // Beside a workspace that keeps some 600 px.
    places: { tab: 'rollouts', railOpen: width >= 1000, inspectorOpen: false, dockOpen: true },
    sizes: { dockHeight: 236, inspectorWidth: Math.min(520, inspectorWidth(0.3)) },
  },
  {
    id: 'inspect',
    label: 'Inspect',
    what: 'rollouts beside a wide inspector',
    places: { tab: 'inspector', railOpen: false, inspectorOpen: true, dockOpen: false },
    sizes: { dockHeight: 236, inspectorWidth: inspectorWidth(0.48) },
  },
  {
    id: 'teach',
    label: 'Teach',
    what: 'the formula beside the inspector',
    places: { tab: 'objective', railOpen: false, inspectorOpen: false, dockOpen: false },
    sizes: { dockHeight: 236, inspectorWidth: inspectorWidth(0.36) },
  },
  {
    id: 'compare',
    label: 'Compare',
    what: 'runs above tall charts',
    places: { tab: 'runs', railOpen: false, inspectorOpen: false, dockOpen: true },
    sizes: { dockHeight: 400, inspectorWidth: inspectorWidth(0.27) },
  },
];

const KEY = 'pebr-layout';
const [train] = LAYOUT_PRESETS;
const DEFAULTS: LayoutState = {
  ...train.places,
  ...train.sizes,
  theme: 'system',
  preset: train.id,
  sizes: {},
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

export function setLayout(partial: Partial<Omit<LayoutState, 'preset' | 'sizes'>>): void {
  layoutStore.setState(partial);
}

/** Opens what a preset shows, in the sizes it was left with; choosing it again gives its own sizes back. */
export function applyLayoutPreset(id: LayoutPresetId): void {
  const preset = LAYOUT_PRESETS.find((known) => known.id === id)!;
  layoutStore.setState((now) => {
    const { dockHeight, inspectorWidth } = now;
    const sizes = { ...now.sizes, [now.preset]: { dockHeight, inspectorWidth } };
    const isAgain = shownLayoutPreset(now) === id;
    return { ...preset.places, ...preset.sizes, ...(isAgain ? {} : sizes[id]), preset: id, sizes };
  });
}

/** The preset whose places are open, if it is still as it was chosen; looking at another tab leaves it that. */
export function shownLayoutPreset(state: LayoutState): LayoutPresetId | null {
  const preset = LAYOUT_PRESETS.find(({ id }) => id === state.preset);
  const isAsChosen = (['railOpen', 'inspectorOpen', 'dockOpen'] as const).every(
    (field) => state[field] === preset?.places[field],
  );
  return isAsChosen ? state.preset : null;
}

export function isTab(name: string): name is TabId {
  return (TABS as readonly string[]).includes(name);
}

/** What an earlier visit left, field by field as far as it still makes sense. */
function remembered(): Partial<LayoutState> {
  try {
    const given: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof given !== 'object' || given === null) return {};
    return Object.fromEntries(
      Object.entries(FIELDS).flatMap(([name, schema]) => {
        const parsed = v.safeParse(schema, (given as Record<string, unknown>)[name]);
        return parsed.success ? [[name, parsed.output]] : [];
      }),
    );
  } catch {
    return {};
  }
}
