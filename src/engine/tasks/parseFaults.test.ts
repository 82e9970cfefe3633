import { describe, expect, it } from 'vitest';
import { parseFaults } from './parseFaults.ts';
import { SCENES, SCENES_NANO } from './scenes/index.ts';

describe('parseFaults', () => {
  it('reads its own lists back', () => {
    for (const faults of [SCENES.faults, SCENES_NANO.faults, SCENES.severeFaults]) {
      expect(parseFaults(JSON.parse(JSON.stringify(faults)), SCENES)).toEqual(faults);
    }
    expect(parseFaults({}, SCENES)).toEqual({ perception: [], reasoning: [] });
  });

  it('takes the default lists at other probabilities from the shorthand', () => {
    const faults = parseFaults('perception=0.25, reasoning=1', SCENES);
    expect(faults.perception).toEqual(SCENES.faults.perception.map((fault) => ({ ...fault, p: 0.25 })));
    expect(faults.reasoning).toEqual(SCENES.faults.reasoning.map((fault) => ({ ...fault, p: 1 })));
    expect(parseFaults('reasoning=0', SCENES_NANO)).toEqual({
      perception: [],
      reasoning: SCENES_NANO.faults.reasoning.map((fault) => ({ ...fault, p: 0 })),
    });
  });

  it.each([
    [null, 'faults: got null; give an object with perception, reasoning'],
    [[], 'faults: got []'],
    [{ perceptions: [] }, 'faults: field: got "perceptions"; give one of perception, reasoning'],
    [{ perception: {} }, 'faults.perception: got {}; give a list'],
    [{ perception: [{ attribute: 'colour', p: 0.5 }] }, 'faults.perception[0].attribute: got "colour"'],
    [
      { perception: [{ attribute: 'color', values: ['pink'], p: 0.5 }] },
      'faults.perception[0].values[0]: got "pink"',
    ],
    [
      { perception: [{ attribute: 'color', p: 1.5 }] },
      'faults.perception[0].p: got 1.5; give a probability from 0 to 1',
    ],
    [{ perception: [{ attribute: 'color' }] }, 'faults.perception[0].p: got undefined'],
    [{ reasoning: [{ slip: 'lie', p: 1 }] }, 'faults.reasoning[0].slip: got "lie"; give one of off_by_one'],
    [
      { reasoning: [{ slip: 'flip', kinds: ['riddle'], p: 1 }] },
      'faults.reasoning[0].kinds[0]: got "riddle"',
    ],
    [
      { reasoning: [{ slip: 'flip', kinds: ['add'], p: 1 }] },
      'kinds[0] with slip flip: got "add"; give one of exist, compare',
    ],
    ['perception', 'perception: got undefined; give a probability'],
    ['perception=x', 'perception: got'],
    ['vision=1', 'faults "vision=1": got "vision"'],
    ['reasoning=1,reasoning=0', 'got reasoning twice'],
  ])('names what is wrong with %j', (json, message) => {
    expect(() => parseFaults(json, SCENES)).toThrow(message);
  });
});
