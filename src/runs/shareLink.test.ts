import { deflateSync, strToU8 } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESET_NAMES, presetByName } from '../worker/protocol.ts';
import { MOST_LINK, readLink, writeLink, type SharedView } from './shareLink.ts';

const position = fc.nat(5000);
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const views = fc
  .record({
    preset: fc.constantFrom(...PRESET_NAMES),
    seed: position,
    learningRate: fc.double({ min: 0, max: 1, noNaN: true }),
    dualClip: fc.option(number),
    lossType: fc.constantFrom('grpo', 'dapo', 'pebr'),
    betas: fc.tuple(number, number),
    stageSwitch: fc.oneof(
      fc.constant({ when: 'manual' } as const),
      fc.record({ when: fc.constant('steps'), perceptionSteps: position }),
      fc.record({
        when: fc.constant('plateau'),
        window: position,
        minimumGain: number,
        perceptionStepsMax: position,
      }),
    ),
    code: fc.option(fc.string({ minLength: 1, maxLength: 200, unit: 'binary' })),
    tasks: fc.record({ from: fc.constantFrom('built-in', 'imported'), name: fc.string({ maxLength: 60 }) }),
    checkpoint: fc.string({ maxLength: 60 }),
    selection: fc.option(
      fc.record({ step: position, group: position, rollout: position, token: fc.option(position) }),
    ),
    layout: fc.record({
      tab: fc.constantFrom('rollouts', 'runs'),
      railOpen: fc.boolean(),
      inspectorOpen: fc.boolean(),
      dockOpen: fc.boolean(),
    }),
  })
  .map(
    ({ preset, seed, learningRate, dualClip, lossType, betas, stageSwitch, code, ...rest }): SharedView => {
      const base = presetByName(preset);
      const { reasoning } = base.recipes;
      const custom = code === null ? {} : { custom: [{ name: 'mine', weight: 0.5, code }] };
      return {
        ...rest,
        config: {
          ...base,
          seed,
          objective: { ...base.objective, dualClip, lossType },
          optimizer: { ...base.optimizer, learningRate, betas },
          recipes: { ...base.recipes, reasoning: { ...reasoning, ...custom } },
          stageSwitch,
        },
      };
    },
  );
const view: SharedView = {
  config: { ...presetByName('tiny'), seed: 7 },
  tasks: { from: 'built-in', name: 'scenes' },
  checkpoint: 'tiny',
  selection: { step: 12, group: 3, rollout: 1, token: null },
  layout: { tab: 'rollouts', railOpen: true, inspectorOpen: false, dockOpen: true },
};
const packed = (json: unknown): string =>
  Buffer.from(deflateSync(strToU8(JSON.stringify(json)))).toString('base64url');

test('any view comes back as it was', () => {
  fc.assert(
    fc.property(views, (shared) => {
      expect(readLink(`#${writeLink(shared)}`)).toEqual({ ok: true, view: shared });
    }),
  );
});

test('a view with many edits fits into a link', () => {
  const { objective, ...config } = presetByName('tiny');
  const edited = JSON.parse(JSON.stringify(config), (_, value: unknown) =>
    typeof value === 'number' ? value + 0.123 : value,
  ) as SharedView['config'];
  expect(writeLink({ ...view, config: { ...edited, preset: 'tiny', objective } }).length).toBeLessThan(
    MOST_LINK / 2,
  );
  expect(writeLink(view).length).toBeLessThan(300);
});

describe('any other link', () => {
  test('is none of a view', () => {
    expect(readLink('')).toBeNull();
    expect(readLink('#section')).toBeNull();
  });

  test('fails with a clear message, whatever is in it', () => {
    const link = writeLink(view);
    const damaged = fc.oneof(
      fc.string().map((payload) => `view=${payload}`),
      fc.string().map((payload) => `view=1.${payload}`),
      fc.json().map((json) => `view=1.${packed(JSON.parse(json))}`),
      fc.nat(link.length - 1).map((length) => link.slice(0, length)),
      fc
        .tuple(fc.nat(link.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([at, char]) => link.slice(0, at) + char + link.slice(at + 1)),
    );
    fc.assert(
      fc.property(damaged, (fragment) => {
        const read = readLink(fragment);
        if (read === null) expect(fragment).not.toMatch(/^view=/);
        else if (!read.ok) expect(read.message).toMatch(/^This link cannot be opened: .+\.$/s);
        else expect(readLink(writeLink(read.view))).toEqual(read);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a newer version', 'view=2.abc', /newer version of this page \(link version 2, this page reads 1\)/],
    ['a payload too long', `view=1.${'a'.repeat(200_000)}`, /200000 characters are more/],
    ['a bomb', `view=1.${packed('a'.repeat(5_000_000))}`, /unpacks to more than 1000000 bytes/],
    ['a cut one', writeLink(view).slice(0, -20), /end|EOF|JSON|damaged/],
    ['an unknown preset', `view=1.${packed({ preset: 'huge' })}`, /preset: .*"huge"/],
    [
      'an unknown config field',
      `view=1.${packed({ ...view, preset: 'tiny', config: { groupsize: 3 } })}`,
      /"groupsize" is not known/,
    ],
    ['a field more', `view=1.${packed({ ...view, preset: 'tiny', config: {}, run: 1 })}`, /run: /],
  ])('says what is wrong: %s', (_, fragment, message) => {
    const read = readLink(fragment);
    expect(read?.ok).toBe(false);
    expect(read).toHaveProperty('message', expect.stringMatching(message));
  });
});
