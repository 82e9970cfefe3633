import { RandomStream, hashText } from '../../random.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { drawSlips, misread } from './faults.ts';
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
  const name = taskSetName('geometry', difficulty);
  /** Spares a second drawing of the task when a sample made here is worked through. */
  const tasks = new WeakMap<Sample, Task>();
  const taskOf = (sample: Sample): Task => {
    const address = addressOf(sample.qid, name);
    if (address === null) throw new Error(`qid: got ${JSON.stringify(sample.qid)}; give one of ${name}`);
    return tasks.get(sample) ?? drawTask(difficulty, address.part, sample.qid);
  };
  const set: TaskSet = {
    name,
    origin: 'built-in',
    size: (part) => SIZES[part],
    sample(part, index) {
      if (!Number.isInteger(index) || index < 0 || index >= SIZES[part]) {
        throw new Error(`${name} ${part}: got index ${index}; give one from 0 to ${SIZES[part] - 1}`);
      }
      const qid = `${name}-${part}-${String(index).padStart(6, '0')}`;
      const task = drawTask(difficulty, part, qid);
      const sample = sampleOf(task);
      tasks.set(sample, task);
      return sample;
    },
    find(qid) {
      const address = addressOf(qid, name);
      return address === null ? undefined : set.sample(address.part, address.index);
    },
    workedResponse(sample, faults, ...keys) {
      const { qid, figure, question } = taskOf(sample);
      return workedResponseText(question, figure.shape, {
        seen: misread(figure.parts, faults?.perception ?? [], qid, keys),
        slips: drawSlips(faults?.reasoning ?? [], question.kind, qid, keys),
      });
    },
    parseDescription,
  };
  return set;
}

function addressOf(qid: string, name: string): { readonly part: Part; readonly index: number } | null {
  for (const part of ['train', 'heldout'] as const) {
    const prefix = `${name}-${part}-`;
    const number = qid.slice(prefix.length);
    if (!qid.startsWith(prefix) || !/^\d{6}$/.test(number)) continue;
    if (Number(number) < SIZES[part]) return { part, index: Number(number) };
  }
  return null;
}

function drawTask(difficulty: SuiteDifficulty, part: Part, qid: string): Task {
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const { kind, shapes } = weightedPick(kindWeights(difficulty), plan);
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

/** One of the values, with probability proportional to its weight. */
function weightedPick<T>(entries: readonly (readonly [number, T])[], stream: RandomStream): T {
  let left = stream.next() * entries.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  const last = entries.at(-1);
  if (last === undefined) throw new Error('weightedPick: got no entries; give at least one');
  return last[1];
}
