/** Descriptions that are wrong in a little: what a coarse scorer has to tell from the right one. */
import type { RandomStream } from '../../random.ts';
import { placedWords } from './words.ts';

/** Words that can stand in each other's place, e.g. all colours. */
export type WordClasses = readonly (readonly string[])[];

/**
 * The classes of a suite's attributes, lower-case as the scorer reads; values of several words and values without
 * another beside them are left out.
 */
export function wordClasses(attributeValues: Readonly<Record<string, readonly string[]>>): WordClasses {
  return Object.values(attributeValues)
    .map((values) =>
      values.map((value) => value.toLowerCase()).filter((value) => /^(\p{L}+|\d+(\.\d+)?)$/u.test(value)),
    )
    .filter((values) => values.length > 1);
}

/** The text with one of its words replaced by another of its class; null when it has none of them. */
export function changeOneWord(text: string, classes: WordClasses, draws: RandomStream): string | null {
  const places = placedWords(text).flatMap(({ word, at }) => {
    const members = classes.find((words) => words.includes(word));
    return members ? [{ at, word, members }] : [];
  });
  if (places.length === 0) return null;
  const { at, word, members } = draws.pick(places);
  const other = draws.pick(members.filter((member) => member !== word));
  return text.slice(0, at) + other + text.slice(at + word.length);
}

/**
 * Entries with one to four errors: mostly a changed word, else an entry dropped or said twice. Half have one error.
 * By chance two errors can cancel out.
 */
export function corrupted(
  entries: readonly (readonly string[])[],
  classes: WordClasses,
  draws: RandomStream,
): (readonly string[])[] {
  const wrong = [...entries];
  const errors = draws.chance(0.5) ? 1 : 2 + draws.integer(3);
  for (let e = 0; e < errors; e++) {
    const at = draws.integer(wrong.length);
    const changed = draws.chance(0.8) ? changeOneWord(wrong[at].join(' '), classes, draws) : null;
    if (changed !== null) wrong[at] = changed.split(' ');
    else if (wrong.length > 1 && draws.chance(0.7)) wrong.splice(at, 1);
    else wrong.push(wrong[at]);
  }
  return wrong;
}
