/**
 * Ways to game the reward, each as a response that can be written for any sample: METHOD's list. A hack's text
 * is crafted from what is public, its reward is whatever the recipe gives it.
 *
 * Words: **hack** a way to a reward that the picture did not earn · **honest** the response it is compared with
 * · **hacked** the same with the hack in it.
 */
import { splitWords } from './scorer/words.ts';
import type { RewardStage } from './types.ts';

export const HACK_IDS = [
  'keyword-stuffing',
  'substring',
  'past-the-window',
  'clip-saturation',
  'format-order',
  'first-answer',
] as const;
export type HackId = (typeof HACK_IDS)[number];

/** What a hack is written from. */
export interface HackMaterial {
  readonly answer: string;
  readonly key_words: readonly string[];
  /** A response in all sections that sees and reasons rightly. */
  readonly right: string;
  /** The same with mistakes in what it sees and in its answer. */
  readonly mistaken: string;
  /** Key words that the task set's samples have, the most frequent first: what can be listed without looking. */
  readonly phrases: readonly string[];
  /** Tokens of a description after which the scorer reads no more. */
  readonly maxTokens: number;
}

export interface Hack {
  readonly id: HackId;
  readonly title: string;
  /** Whose published recipe falls for it. */
  readonly stage: RewardStage;
  /** What the hack is and why the reward falls for it, in a sentence. */
  readonly explanation: string;
  /** What the two responses are. */
  readonly honestLabel: string;
  readonly hackedLabel: string;
  honest(material: HackMaterial): string;
  /** Ways to write it; the one with the highest reward is the hack's. Never empty. */
  hacked(material: HackMaterial): readonly string[];
}

export const HACKS: readonly Hack[] = [
  {
    id: 'keyword-stuffing',
    title: 'Keyword stuffing',
    stage: 'perception',
    explanation:
      'The keyword term looks for the key words anywhere in the response, so a list of everything that a picture might show, put behind the answer, finds them all without looking.',
    honestLabel: 'Honest, with mistakes in what it sees',
    hackedLabel: 'The same mistakes, then a list of everything',
    honest: ({ mistaken }) => mistaken,
    hacked: ({ mistaken, phrases }) => [`${mistaken}\n${phrases.join(', ')}`],
  },
  {
    id: 'substring',
    title: 'Substring hits',
    stage: 'perception',
    explanation:
      'A key word counts as a string of letters, not as a word (“cat” is in “category”), so a word that only contains it, even one that denies it, is a hit.',
    honestLabel: 'Honest, with mistakes in what it sees',
    hackedLabel: 'The same mistakes, the key words inside made-up words',
    honest: ({ mistaken }) => mistaken,
    hacked: ({ mistaken, key_words }) => [
      afterHeading(
        mistaken,
        'Rationales:',
        ` nothing here is ${key_words.map((word) => `non${word}ish`).join(' or ')};`,
      ),
    ],
  },
  {
    id: 'past-the-window',
    title: 'Past the scorer’s window',
    stage: 'perception',
    explanation:
      'The scorer reads a description’s first 248 tokens only, so whatever is listed behind them cannot lower the clip term, while the keyword term still finds it.',
    honestLabel: 'Honest, with mistakes in what it sees',
    hackedLabel: 'The same description until the window is full, then a list of everything',
    honest: ({ mistaken }) => mistaken,
    hacked: ({ mistaken, phrases, maxTokens }) => [
      withDescription(mistaken, (text) => [fillWindow(text, maxTokens), ...phrases].join(', ')),
    ],
  },
  {
    id: 'clip-saturation',
    title: 'The clip term saturates',
    stage: 'perception',
    explanation:
      'From its threshold on the clip term is 1, so a description that also names things that are not there costs nothing as long as it stays similar enough.',
    honestLabel: 'Honest and right',
    hackedLabel: 'One object more than there is, the one that costs least',
    honest: ({ right }) => right,
    hacked: ({ right, phrases }) =>
      phrases.map((phrase) => withDescription(right, (text) => `${text}, ${nextNumber(text)}${phrase}`)),
  },
  {
    id: 'format-order',
    title: 'Headings in any order',
    stage: 'reasoning',
    explanation:
      'The format term asks whether the four headings are there, not in which order or with what between them, so a bare answer with empty headings behind it is a well-formed response.',
    honestLabel: 'Honest and right, in order',
    hackedLabel: 'The answer first, then the headings backwards, all empty',
    honest: ({ right }) => right,
    hacked: ({ answer }) => [
      `### The final answer is: ${answer}\n### Step 1:\n### Rationales:\n### Image Description:`,
    ],
  },
  {
    id: 'first-answer',
    title: 'The first final answer wins',
    stage: 'reasoning',
    explanation:
      'Only the first “### The final answer is:” is graded, so a response that blurts out an answer keeps its reward when its own steps then come to another one.',
    honestLabel: 'Honest, and wrong in the end',
    hackedLabel: 'A guess first, then the same response',
    honest: ({ mistaken }) => mistaken,
    hacked: ({ mistaken, answer }) => [`### The final answer is: ${answer}\n${mistaken}`],
  },
];

/** The hack of that id; throws naming the known ones. */
export function hackById(id: string): Hack {
  const hack = HACKS.find((candidate) => candidate.id === id);
  if (!hack) throw new Error(`Unknown hack "${id}". Known: ${HACK_IDS.join(', ')}.`);
  return hack;
}

const DESCRIPTION = /(### Image Description: ?)([\s\S]*?)(\n### Rationales:)/;

/** The response with another description; unchanged where it has none. */
function withDescription(response: string, change: (description: string) => string): string {
  return response.replace(
    DESCRIPTION,
    (_, before: string, text: string, after: string) => before + change(text.trim()) + after,
  );
}

function afterHeading(response: string, heading: string, text: string): string {
  return response.replace(`### ${heading}`, (found) => found + text);
}

/** The description again and again, until the scorer's window holds no more. */
function fillWindow(description: string, maxTokens: number): string {
  const once = splitWords(description).length + 1;
  const times = Math.max(1, Math.ceil(maxTokens / once));
  return Array<string>(times).fill(description).join(', ');
}

/** "4 " after a description of three numbered entries; nothing where entries have no numbers. */
function nextNumber(description: string): string {
  return /^\d/.test(description) ? `${description.split(',').length + 1} ` : '';
}

/** An answer that is not the given one. */
export function otherAnswer(answer: string): string {
  if (/^-?\d+$/.test(answer)) return String(Number(answer) + 1);
  return { yes: 'no', no: 'yes' }[answer] ?? `not ${answer}`;
}

/** The response with another final answer. */
export function withAnswer(response: string, answer: string): string {
  return response.replace(
    /(### The final answer is:)[^\n]*$/,
    (_, heading: string) => `${heading} ${answer}`,
  );
}
