import { RandomStream, hashText } from '../../random.ts';
import { builtInTaskSet } from '../builtIn.ts';
import { drawSlips } from '../slips.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { SLIP_KINDS, misread } from './faults.ts';
import { ATTRIBUTE_VALUES, keyWords, parseDescription } from './grammar.ts';
import type { ChartMark } from './grammar.ts';
import { arrange, boxOf } from './layout.ts';
import { answerOf, kindWeights, problemText, proposeQuestion, targetAnswer } from './questions.ts';
import type { Question } from './questions.ts';
import { render } from './raster.ts';
import { workedResponseText } from './response.ts';
import { drawWindow } from './windows.ts';
import type { Window } from './windows.ts';

const SIZES: Readonly<Record<Part, number>> = { train: 262144, heldout: 4096 };

/** How many marks a chart has; a number named twice comes twice as often. */
const COUNTS: Readonly<Record<SuiteDifficulty, readonly number[]>> = {
  easy: [2, 3],
  mixed: [2, 3, 3, 4, 4],
  hard: [4],
};

/** Draws that aim at the answer before any valid one is taken. */
const AIMED_TRIES = 200;
const TRIES = 2000;
/** A task's streams of draws: its plan, its picture; attempts at marks and question count on from there. */
const PLAN = 0;
const PICTURE = 1;
const FIRST_ATTEMPT = 2;

/** What a sample is made from: marks left to right, and a question about them. */
interface Task {
  readonly qid: string;
  readonly marks: readonly ChartMark[];
  readonly question: Question;
}

/**
 * The built-in suite: charts of real tables and questions about them, a pure function of part and index. The parts
 * share no window of a table.
 */
export function createCharts(difficulty: SuiteDifficulty): TaskSet {
  return builtInTaskSet({
    name: taskSetName('charts', difficulty),
    sizes: SIZES,
    draw: (part, qid) => drawTask(difficulty, part, qid),
    sampleOf,
    work: ({ qid, marks, question }, faults, keys) =>
      workedResponseText(question, {
        seen: misread(marks, faults.perception, qid, keys),
        slips: drawSlips(SLIP_KINDS, faults.reasoning, question.kind, qid, keys),
      }),
    parseDescription,
  });
}

function drawTask(difficulty: SuiteDifficulty, part: Part, qid: string): Task {
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const kind = plan.weighted(kindWeights(difficulty));
  const target = targetAnswer(kind, plan);
  const count = plan.pick(COUNTS[difficulty]);
  let fallback: Task | null = null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (fallback !== null && attempt > AIMED_TRIES) return fallback;
    const stream = new RandomStream(address, FIRST_ATTEMPT + attempt);
    const marks = drawMarks(drawWindow(count, part, stream), stream);
    const question = proposeQuestion(kind, marks, stream);
    if (question === null) continue;
    if (target === null || answerOf(question, marks) === target) return { qid, marks, question };
    fallback ??= { qid, marks, question };
  }
  throw new Error(`${qid}: no ${kind} question in ${TRIES} draws`);
}

/** A window's values under letters in alphabetical order, each mark in a colour of its own. */
function drawMarks(window: Window, stream: RandomStream): ChartMark[] {
  const mark = stream.pick(ATTRIBUTE_VALUES.mark);
  const labels = stream.shuffle(ATTRIBUTE_VALUES.label).slice(0, window.length).sort();
  const colors = stream.shuffle(ATTRIBUTE_VALUES.color);
  return window.map((value, i) => ({
    label: labels[i] ?? '',
    value: String(value),
    color: colors[i] ?? '',
    mark,
  }));
}

function sampleOf({ qid, marks, question }: Task): Sample {
  const drawing = arrange(marks, new RandomStream(hashText(qid), PICTURE));
  return {
    qid,
    problem: problemText(question, marks[0]?.mark ?? ''),
    answer: answerOf(question, marks),
    key_words: keyWords(marks),
    images: [{ path: `${qid}.png`, load: () => Promise.resolve(render(drawing)) }],
    kind: question.kind,
    truth: {
      objects: drawing.marks.map((placed, i) => ({ attributes: { ...marks[i] }, box: boxOf(placed) })),
    },
  };
}
