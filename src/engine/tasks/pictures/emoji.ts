/**
 * The emoji of the suite. Names are CLDR short names; a category is a CLDR keyword of most that are in it, but for
 * `snack`, our word for CLDR's prepared and sweet food.
 */

export interface Emoji {
  readonly name: string;
  readonly category: string;
}

/** Side of an emoji as it is stored, px. */
export const EMOJI_SIDE = 40;

const NAMES = {
  animal: ['cat', 'dog', 'lion', 'tiger', 'panda', 'penguin', 'frog', 'turtle'],
  fruit: ['lemon', 'banana', 'strawberry', 'peach', 'tangerine', 'watermelon', 'pear', 'lime'],
  snack: ['cookie', 'pizza', 'doughnut', 'pretzel', 'hamburger', 'sandwich', 'taco', 'croissant'],
  vehicle: ['bus', 'ambulance', 'taxi', 'automobile', 'airplane', 'rocket', 'tractor', 'locomotive'],
  plant: ['cactus', 'shamrock', 'rose', 'tulip', 'sunflower', 'blossom', 'herb', 'seedling'],
  instrument: ['guitar', 'violin', 'trumpet', 'trombone', 'saxophone', 'harp', 'drum', 'banjo'],
};

/** In the order in which the atlas holds them. */
export const EMOJI: readonly Emoji[] = Object.entries(NAMES).flatMap(([category, names]) =>
  names.map((name) => ({ name, category })),
);

/** Pairs that look alike in colour and outline; four of them are of two categories. */
const TWINS = [
  ['cat', 'dog'],
  ['lion', 'tiger'],
  ['panda', 'penguin'],
  ['frog', 'turtle'],
  ['lemon', 'banana'],
  ['strawberry', 'peach'],
  ['tangerine', 'cookie'],
  ['watermelon', 'pizza'],
  ['pear', 'cactus'],
  ['lime', 'shamrock'],
  ['doughnut', 'pretzel'],
  ['hamburger', 'sandwich'],
  ['taco', 'croissant'],
  ['bus', 'ambulance'],
  ['taxi', 'automobile'],
  ['airplane', 'rocket'],
  ['tractor', 'locomotive'],
  ['rose', 'tulip'],
  ['sunflower', 'blossom'],
  ['herb', 'seedling'],
  ['guitar', 'violin'],
  ['trumpet', 'trombone'],
  ['saxophone', 'harp'],
  ['drum', 'banjo'],
] as const;

const TWIN_OF = new Map<string, string>(
  TWINS.flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]),
);
const BY_NAME = new Map(EMOJI.map((emoji) => [emoji.name, emoji]));

/** The emoji of that name. Throws an Error when there is none. */
export function emojiNamed(name: string): Emoji {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new Error(`emoji: got ${JSON.stringify(name)}; give a name of EMOJI`);
  return found;
}

/** The emoji that one is taken for at a glance. */
export function lookAlike({ name }: Emoji): Emoji {
  return emojiNamed(TWIN_OF.get(name) ?? name);
}
