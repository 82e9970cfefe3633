import { RandomStream, hashText } from '../../random.ts';
import { builtInTaskSet } from '../builtIn.ts';
import { drawSlips, slipChoice } from '../slips.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { loadAtlas } from './atlas.ts';
import type { Emoji } from './emoji.ts';
import { SLIP_KINDS, misread } from './faults.ts';
import { describe, keyWords, parseDescription } from './grammar.ts';
import { arrange, boxOf, drawEmoji, objectCounts } from './layout.ts';
import { proposeQuestion, targetAnswer } from './propose.ts';
import { answerOf, kindWeights, problemText } from './questions.ts';
import type { Question } from './questions.ts';
import { render } from './raster.ts';
import { workedResponseText } from './response.ts';

const SIZES: Readonly<Record<Part, number>> = { train: 262144, heldout: 4096 };
/** Draws that aim at the answer before any valid one is taken. */
const AIMED_TRIES = 200;
const TRIES = 2000;
/** A task's streams of draws: its plan, its places; attempts at emoji and question count on from there. */
const PLAN = 0;
const PLACES = 1;
const FIRST_ATTEMPT = 2;

/** What a sample is made from: emoji left to right, and a question about them. */
interface Task {
  readonly qid: string;
  readonly emoji: readonly Emoji[];
  readonly question: Question;
}

/**
 * The built-in suite: emoji and questions about them, a pure function of part and index. Nothing is shared between
 * the parts: the hash of what a task says (emoji in order, question) decides its part.
 */
export function createPictures(difficulty: SuiteDifficulty): TaskSet {
  return builtInTaskSet({
    name: taskSetName('pictures', difficulty),
    sizes: SIZES,
    draw: (part, qid) => drawTask(difficulty, part, qid),
    sampleOf,
    work: ({ qid, emoji, question }, faults, keys) =>
      workedResponseText(question, {
        seen: misread(emoji, faults.perception, qid, keys),
        slips: drawSlips(SLIP_KINDS, faults.reasoning, question.kind, qid, keys),
        choice: slipChoice(qid, keys),
      }),
    parseDescription,
  });
}

function drawTask(difficulty: SuiteDifficulty, part: Part, qid: string): Task {
  const counts = objectCounts(difficulty);
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const kind = plan.weighted(kindWeights(difficulty));
  const target = targetAnswer(kind, counts, plan);
  let fallback: Task | null = null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (fallback !== null && attempt > AIMED_TRIES) return fallback;
    const stream = new RandomStream(address, FIRST_ATTEMPT + attempt);
    const emoji = drawEmoji(counts, stream);
    const question = proposeQuestion(kind, emoji, stream);
    if (question === null || partOf(emoji, question) !== part) continue;
    if (target === null || answerOf(question, emoji) === target) return { qid, emoji, question };
    fallback ??= { qid, emoji, question };
  }
  throw new Error(`${qid}: no ${kind} question in ${TRIES} draws`);
}

function partOf(emoji: readonly Emoji[], question: Question): Part {
  return hashText(`${describe(emoji)}|${problemText(question)}`) % 2 === 0 ? 'heldout' : 'train';
}

function sampleOf({ qid, emoji, question }: Task): Sample {
  const scene = arrange(emoji, new RandomStream(hashText(qid), PLACES));
  return {
    qid,
    problem: problemText(question),
    answer: answerOf(question, emoji),
    key_words: keyWords(emoji),
    images: [{ path: `${qid}.png`, load: async () => render(scene, await loadAtlas()) }],
    kind: question.kind,
    truth: {
      objects: scene.placed.map((placed) => ({ attributes: { ...placed.emoji }, box: boxOf(placed) })),
    },
  };
}
