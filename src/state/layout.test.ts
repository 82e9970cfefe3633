/** What is remembered between visits: through the browser's own form of it, a map of strings. */
import { beforeEach, expect, test, vi } from 'vitest';

const kept = new Map<string, string>();
const remember = (layout: unknown): void => void kept.set('pebr-layout', JSON.stringify(layout));
const left = (): unknown => JSON.parse(kept.get('pebr-layout') ?? '{}');

/** The module as a new visit loads it. */
async function visit() {
  vi.resetModules();
  return import('./layout.ts');
}

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

test('one bad field does not cost the good ones', async () => {
  remember({
    tab: 'charts',
    theme: 'sepia',
    railOpen: false,
    dockHeight: 1e9,
    inspectorWidth: 500,
    sizes: 3,
  });
  const { layoutStore } = await visit();
  expect(layoutStore.getState()).toMatchObject({
    tab: 'charts',
    theme: 'system',
    railOpen: false,
    dockHeight: 236,
    inspectorWidth: 500,
    sizes: {},
  });
});

test.each(['nonsense', '[]', 'null', '7'])('%s is as good as nothing', async (text) => {
  const { layoutStore: fresh } = await visit();
  kept.set('pebr-layout', text);
  const { layoutStore } = await visit();
  expect(layoutStore.getState()).toEqual(fresh.getState());
});

test('a preset opens its places, and is found again as it was left', async () => {
  const { applyLayoutPreset, layoutStore, setLayout, shownLayoutPreset } = await visit();
  expect(shownLayoutPreset(layoutStore.getState())).toBe('train');
  applyLayoutPreset('compare');
  expect(layoutStore.getState()).toMatchObject({ tab: 'runs', railOpen: false, dockOpen: true });
  const { dockHeight: own } = layoutStore.getState();
  setLayout({ dockHeight: 300 });
  applyLayoutPreset('train');
  expect(layoutStore.getState()).toMatchObject({ tab: 'rollouts', dockHeight: 236 });

  const again = await visit();
  expect(left()).toMatchObject({ preset: 'train' });
  again.applyLayoutPreset('compare');
  expect(again.layoutStore.getState()).toMatchObject({ tab: 'runs', dockHeight: 300 });
  // Chosen while it is open: its own sizes.
  again.applyLayoutPreset('compare');
  expect(again.layoutStore.getState().dockHeight).toBe(own);
});

test('what is opened by hand is no preset any more, until one is chosen', async () => {
  const { applyLayoutPreset, layoutStore, setLayout, shownLayoutPreset } = await visit();
  setLayout({ tab: 'stages' });
  expect(shownLayoutPreset(layoutStore.getState())).toBe('train');
  setLayout({ dockOpen: false, dockHeight: 300 });
  expect(shownLayoutPreset(layoutStore.getState())).toBeNull();
  applyLayoutPreset('train');
  expect(shownLayoutPreset(layoutStore.getState())).toBe('train');
  expect(layoutStore.getState().dockHeight).toBe(300);
});
