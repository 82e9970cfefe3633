/** What hacks are written from, for a sample of any task set. The teacher writes; no reward reads what it knows. */
import { suiteOf } from '../tasks/index.ts';
import type { Sample, TaskSet, TeacherFaults } from '../tasks/types.ts';
import { otherAnswer, withAnswer, type HackMaterial } from './gaming.ts';
import { extractAnswer } from './accuracy.ts';

/** Samples whose key words are counted, and phrases kept of them. */
const COUNTED = 384;
const PHRASES = 160;

const phrasesOf = new WeakMap<TaskSet, readonly string[]>();

/**
 * The material of a sample. Built-in suites let their teacher write; for an imported sample, whose picture nobody
 * here has read, a response is put together from its key words and answer.
 */
export function hackMaterial(tasks: TaskSet, sample: Sample, maxTokens: number): HackMaterial {
  const { answer, key_words } = sample;
  const right = tasks.workedResponse?.(sample, null) ?? plainResponse(key_words, answer);
  const faulty =
    tasks.workedResponse?.(sample, everyFault(tasks.name)) ?? plainResponse(key_words.slice(1), answer);
  const mistaken =
    extractAnswer(faulty).extracted === answer ? withAnswer(faulty, otherAnswer(answer)) : faulty;
  return { answer, key_words, right, mistaken, phrases: commonPhrases(tasks), maxTokens };
}

/** The suite's kinds of faults, made on every object and in every step. */
function everyFault(taskSet: string): TeacherFaults {
  const { perception, reasoning } = suiteOf(taskSet).faults;
  return {
    perception: perception.map(({ attribute }) => ({ attribute, p: 1 })),
    reasoning: reasoning.map(({ slip }) => ({ slip, p: 1 })),
  };
}

function plainResponse(seen: readonly string[], answer: string): string {
  return [
    `### Image Description: ${seen.join(', ')}`,
    '### Rationales: look, then answer.',
    "### Let's think step by step.",
    `### Step 1: the picture says ${answer}`,
    `### The final answer is: ${answer}`,
  ].join('\n');
}

function commonPhrases(tasks: TaskSet): readonly string[] {
  const known = phrasesOf.get(tasks);
  if (known) return known;
  const counts = new Map<string, number>();
  for (let index = 0; index < Math.min(COUNTED, tasks.size('train')); index++) {
    for (const phrase of tasks.sample('train', index).key_words) {
      counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
    }
  }
  // Array.sort is stable: ties stay in the order of the samples.
  const phrases = [...counts].sort((a, b) => b[1] - a[1]).map(([phrase]) => phrase);
  const kept = phrases.slice(0, PHRASES);
  phrasesOf.set(tasks, kept);
  return kept;
}
