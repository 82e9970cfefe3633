import { expect, test } from 'vitest';
import { writeLink, type SharedView } from '../runs/index.ts';
import { presetByName } from '../worker/protocol.ts';
import { EMBEDS, readAddress, withoutEmbed } from './address.ts';

test('an empty address means the defaults', () => {
  expect(readAddress('')).toEqual({
    preset: 'tiny',
    seed: null,
    backend: null,
    testing: false,
    lesson: null,
    embed: null,
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
    lesson: null,
    embed: null,
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
  ['?lesson=algebra', 'lesson "algebra"', 'tour, advantage, equal-groups, perception-first, reward-hack'],
  ['?lesson=', 'lesson ""', 'tour, advantage'],
  ['?lesson=__proto__', 'lesson "__proto__"', 'tour, advantage'],
  ['?lesson=Advantage', 'lesson "Advantage"', 'tour, advantage'],
  ['?lesson=../tour', 'lesson "../tour"', 'tour, advantage'],
  ['?embed=help', 'embed "help"', 'charts'],
  ['?embed=', 'embed ""', 'charts'],
  ['?embed=constructor', 'embed "constructor"', 'charts'],
  ['?embed=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', 'embed "<img src=x onerror=alert(1)>"', 'charts'],
])('%s is left out and named', (search, named, allowed) => {
  const { notices, ...rest } = readAddress(search);
  expect({ ...rest, notices: [] }).toEqual(readAddress(''));
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

test('a lesson is opened, but not in an embedded panel', () => {
  expect(readAddress('?lesson=advantage')).toMatchObject({ lesson: 'advantage', embed: null, notices: [] });
  const { lesson, embed, notices } = readAddress('?embed=charts&lesson=advantage');
  expect({ lesson, embed }).toEqual({ lesson: null, embed: 'charts' });
  expect(notices).toEqual([expect.stringMatching(/needs the whole page/)]);
});

test.each(EMBEDS)('%s can be embedded', (panel) => {
  expect(readAddress(`?preset=nano&embed=${panel}`)).toMatchObject({
    preset: 'nano',
    embed: panel,
    notices: [],
  });
});

test('the whole page has the same address but for embed', () => {
  expect(withoutEmbed('https://example.org/play/?preset=nano&embed=charts&seed=3#view=1.a')).toBe(
    'https://example.org/play/?preset=nano&seed=3#view=1.a',
  );
});

test('a value of any length is named in a line that can be read', () => {
  for (const field of ['lesson', 'embed', 'preset']) {
    const { notices } = readAddress(`?${field}=${encodeURIComponent(`a\n\u202e${'x'.repeat(5000)}`)}`);
    expect(notices).toHaveLength(1);
    expect(notices[0].length).toBeLessThan(300);
    expect(notices[0]).not.toMatch(/[\n\u202e]/);
    expect(notices[0]).toContain('allowed:');
  }
});

test('of a field that is given twice the first counts', () => {
  expect(readAddress('?lesson=tour&lesson=algebra')).toMatchObject({ lesson: 'tour', notices: [] });
});
