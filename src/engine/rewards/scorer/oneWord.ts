/** Descriptions that are wrong in a single word: what a coarse scorer has to tell from the right one. */
import type { RandomStream } from '../../random.ts';

/** Words that can stand in each other's place, e.g. all colours. */
export type WordClasses = readonly (readonly string[])[];

/** The description with one of its words replaced by another of its class; null when it has none of them. */
export function changeOneWord(description: string, classes: WordClasses, draws: RandomStream): string | null {
  const places = [...description.matchAll(/\p{L}+/gu)].flatMap((match) => {
    const members = classes.find((words) => words.includes(match[0]));
    return members ? [{ at: match.index, word: match[0], members }] : [];
  });
  if (places.length === 0) return null;
  const { at, word, members } = draws.pick(places);
  const other = draws.pick(members.filter((member) => member !== word));
  return description.slice(0, at) + other + description.slice(at + word.length);
}

/** The description without one of its comma-separated entries; empty when it had only one. */
export function dropOneEntry(description: string, draws: RandomStream): string {
  const entries = description.split(', ');
  const dropped = draws.integer(entries.length);
  return entries.filter((_, index) => index !== dropped).join(', ');
}
