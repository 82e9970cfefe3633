import { RandomStream, hashText } from '../../random.ts';
import { builtInTaskSet } from '../builtIn.ts';
import { drawSlips } from '../slips.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { SLIP_KINDS, misread } from './faults.ts';
import { drawFigure } from './figures.ts';
import type { Figure } from './figures.ts';
import { describe, keyWords, parseDescription } from './grammar.ts';
import { arrange, boxOf } from './layout.ts';
import { answerOf, kindWeights, problemText, proposeQuestion } from './questions.ts';
import type { Question } from './questions.ts';
import { render } from './raster.ts';
import { workedResponseText } from './response.ts';

const SIZES: Readonly<Record<Part, number>> = { train: 262144, heldout: 4096 };
const TRIES = 2000;
/** A task's streams of draws: its plan, its picture; attempts at figure and question count on from there. */
const PLAN = 0;
const PICTURE = 1;
const FIRST_ATTEMPT = 2;

/** What a sample is made from: a figure, and a question about it. */
interface Task {
  readonly qid: string;
  readonly figure: Figure;
  readonly question: Question;
}

/**
 * The built-in suite: labelled figures and questions about them, a pure function of part and index.
 * Nothing is shared between the parts: the hash of what a task says (labels in order, question) decides its part.
 */
export function createGeometry(difficulty: SuiteDifficulty): TaskSet {
  return builtInTaskSet({
    name: taskSetName('geometry', difficulty),
    sizes: SIZES,
    draw: (part, qid) => drawTask(difficulty, part, qid),
    sampleOf,
    work: ({ qid, figure, question }, faults, keys) =>
      workedResponseText(question, figure.shape, {
        seen: misread(figure.parts, faults.perception, qid, keys),
        slips: drawSlips(SLIP_KINDS, faults.reasoning, question.kind, qid, keys),
      }),
    parseDescription,
  });
}

function drawTask(difficulty: SuiteDifficulty, part: Part, qid: string): Task {
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const { kind, shapes } = plan.weighted(kindWeights(difficulty));
  const shape = plan.pick(shapes);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const stream = new RandomStream(address, FIRST_ATTEMPT + attempt);
    const figure = drawFigure(shape, difficulty, stream);
    const question = proposeQuestion(kind, figure, stream);
    if (question !== null && partOf(figure, question) === part) return { qid, figure, question };
  }
  throw new Error(`${qid}: no ${kind} question about ${shape} in ${TRIES} draws`);
}

function partOf(figure: Figure, question: Question): Part {
  const said = `${describe(figure.parts)}|${problemText(question, figure)}`;
  return hashText(said) % 2 === 0 ? 'heldout' : 'train';
}

function sampleOf({ qid, figure, question }: Task): Sample {
  const drawing = arrange(figure, new RandomStream(hashText(qid), PICTURE));
  return {
    qid,
    problem: problemText(question, figure),
    answer: answerOf(question, figure),
    key_words: keyWords(figure.parts),
    images: [{ path: `${qid}.png`, load: () => Promise.resolve(render(drawing)) }],
    kind: question.kind,
    truth: {
      objects: figure.parts.map((part, i) => {
        const label = drawing.labels[i];
        return { attributes: { ...part }, box: label === undefined ? [0, 0, 0, 0] : boxOf(label) };
      }),
    },
  };
}
