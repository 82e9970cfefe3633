import { expect, test } from 'vitest';
import { writeLink, type SharedView } from '../runs/index.ts';
import { presetByName } from '../worker/protocol.ts';
import { readAddress } from './address.ts';

test('an empty address means the defaults', () => {
  expect(readAddress('')).toEqual({
    preset: 'tiny',
    seed: null,
    backend: null,
    testing: false,
    view: null,
    notices: [],
  });
});

test('what is asked for is taken', () => {
  expect(readAddress('?preset=nano&seed=17&backend=wasm&testing=1')).toEqual({
    preset: 'nano',
    seed: 17,
    backend: 'wasm',
    testing: true,
    view: null,
    notices: [],
  });
});

test.each([
  ['?preset=huge', 'preset "huge"', 'nano, tiny'],
  ['?seed=-3', 'seed "-3"', 'whole number'],
  ['?seed=1e3', 'seed "1e3"', 'whole number'],
  ['?seed=', 'seed ""', 'whole number'],
  ['?backend=cuda', 'backend "cuda"', 'webgpu, wasm, cpu'],
])('%s is left out and named', (search, named, allowed) => {
  const { preset, seed, backend, notices } = readAddress(search);
  expect({ preset, seed, backend }).toEqual({ preset: 'tiny', seed: null, backend: null });
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain(named);
  expect(notices[0]).toContain(allowed);
});

test('a link in the fragment is read, and a bad one is named', () => {
  const view: SharedView = {
    config: { ...presetByName('nano'), seed: 5 },
    tasks: { from: 'built-in', name: 'scenes-nano' },
    checkpoint: 'nano',
    selection: null,
    layout: { tab: 'runs', railOpen: true, inspectorOpen: false, dockOpen: true },
  };
  expect(readAddress('', `#${writeLink(view)}`)).toMatchObject({ view, notices: [] });
  const { view: none, notices } = readAddress('', '#view=9.abc');
  expect(none).toBeNull();
  expect(notices).toEqual([expect.stringMatching(/newer version of this page/)]);
});
