import { ATTRIBUTE_VALUES, plural, withArticle } from './grammar.ts';
import { ORDINALS } from './questions.ts';

/** Words that a problem starts with. */
export const OPENERS: readonly string[] = ['How', 'Is', 'Which', 'What', 'Are', 'Take'];

/** Words of problems and worked responses that are no emoji's name or category. */
const WORDS = `How many things thing are there is the from left right of just kind more fewer same than as or away all
  find count last so add subtract yes no = + -`;

/** Numbers reach twice the most emoji, and one more by a slip. */
const LARGEST = 11;

/** Every word that problems and worked responses are made of, each once. */
export function picturesWords(): string[] {
  const numbers = Array.from({ length: LARGEST + 1 }, (_, i) => String(i));
  const values = Object.values(ATTRIBUTE_VALUES).flat();
  const articles = values.map((value) => withArticle(value).split(' ')[0]);
  return [
    ...new Set([
      ...numbers,
      ...values,
      ...values.map(plural),
      ...articles,
      ...ORDINALS,
      ...WORDS.split(/\s+/),
    ]),
  ];
}
