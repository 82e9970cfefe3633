/** Whether a checkpoint's tokenizer knows the words of a task set, or would have to spell them. */
import type { Tokenizer } from '../model/tokenizer.ts';
import { suiteOf, TASK_SET_NAMES } from '../tasks/index.ts';
import type { TaskSet } from '../tasks/types.ts';

export interface Coverage {
  /** Words looked at. */
  readonly words: number;
  /** Those that it writes letter by letter, in the order of the words. */
  readonly spelled: readonly string[];
}

/** Problems of an imported set that are looked at. */
const PROBLEMS = 256;
/** Shorter words say nothing: some tokenizers have no token for every pair of letters. */
const SHORTEST = 3;

/** Words are a built-in suite's own, else those of the first problems of the train part. */
export function coverageOf(tokenizer: Pick<Tokenizer, 'encode'>, tasks: TaskSet): Coverage {
  const words = wordsOf(tasks);
  const spelled = words.filter((word) =>
    formsOf(word).every((form) => tokenizer.encode(form).length >= word.length),
  );
  return { words: words.length, spelled };
}

/** Inside a sentence, and where a sentence starts: a tokenizer of few words knows some only there. */
const formsOf = (word: string): string[] => [` ${word}`, word[0].toUpperCase() + word.slice(1)];

function wordsOf(tasks: TaskSet): string[] {
  const given =
    tasks.origin === 'built-in' && TASK_SET_NAMES.includes(tasks.name)
      ? suiteOf(tasks.name).words
      : Array.from({ length: Math.min(PROBLEMS, tasks.size('train')) }, (_, index) =>
          tasks.sample('train', index).problem.replaceAll('<image>', ' '),
        );
  const found = given.join(' ').match(/\p{L}+/gu) ?? [];
  return [...new Set(found.map((word) => word.toLowerCase()))].filter((word) => word.length >= SHORTEST);
}
