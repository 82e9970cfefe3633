import { ATTRIBUTE_VALUES } from './grammar.ts';
import type { SceneVariant } from './grammar.ts';

/** Words with which a question starts, right after the instruction and so without a space. */
export const OPENERS = ['How', 'What', 'Is', 'Are', 'Subtract', 'Add'];

/** Words of problems and worked responses that are no attribute's value; capitals start a sentence. */
const WORDS: Readonly<Record<SceneVariant, string>> = {
  scenes: `How many What Is Are Subtract Add there are is the a of all as or than just left right more fewer same object
    objects size color material shape find count add subtract last so yes no first second third fourth fifth sixth
    = + -`,
  'scenes-nano': `How many What Is Subtract Add there are is the a of all left object objects color shape find count
    add subtract last so yes no first second third = + -`,
};

/** Largest number that a worked response writes, slips included. */
const LARGEST_NUMBER: Readonly<Record<SceneVariant, number>> = { scenes: 13, 'scenes-nano': 7 };

/** Every word that the variant's problems and worked responses are made of, each once. */
export function sceneWords(variant: SceneVariant): string[] {
  const values = ATTRIBUTE_VALUES[variant];
  const numbers = Array.from({ length: LARGEST_NUMBER[variant] + 1 }, (_, i) => String(i));
  const plurals = (values['shape'] ?? []).map((shape) => `${shape}s`);
  return [
    ...new Set([...numbers, ...Object.values(values).flat(), ...plurals, ...WORDS[variant].split(/\s+/)]),
  ];
}
