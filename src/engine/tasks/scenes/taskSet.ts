import { RandomStream, hashText } from '../../random.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { drawSlips, misread, slipChoice } from './faults.ts';
import { describe, keyWords, parseDescription } from './grammar.ts';
import type { Attributes, SceneVariant } from './grammar.ts';
import { arrange, boxOf, drawObjects, objectCounts } from './layout.ts';
import type { Scene } from './layout.ts';
import { proposeQuestion, targetAnswer, weightedPick } from './propose.ts';
import { answerOf, kindWeights, problemText } from './questions.ts';
import type { Question } from './questions.ts';
import { render } from './raster.ts';
import { workedResponseText } from './response.ts';

const SIZES: Readonly<Record<SceneVariant, Readonly<Record<Part, number>>>> = {
  scenes: { train: 262144, heldout: 4096 },
  'scenes-nano': { train: 65536, heldout: 4096 },
};

/** Draws that aim at the answer before any valid one is taken. */
const AIMED_TRIES = 200;
const TRIES = 2000;
/** A task's streams of draws: its plan, its scene's places; attempts at objects and question count on from there. */
const PLAN = 0;
const PLACES = 1;
const FIRST_ATTEMPT = 2;

/** Which of the task sets: a variant at a difficulty. */
interface Source {
  readonly name: string;
  readonly variant: SceneVariant;
  readonly difficulty: SuiteDifficulty;
}

/** What a sample is made from: objects left to right, and a question about them. */
interface Task {
  readonly qid: string;
  readonly objects: readonly Attributes[];
  readonly question: Question;
}

/**
 * The built-in suite: pictures of solids and questions about them, a pure function of part and index.
 * Nothing is shared between the parts: the hash of what a task says (objects in order, question) decides its part.
 */
export function createScenes(variant: SceneVariant, difficulty: SuiteDifficulty = 'mixed'): TaskSet {
  const source: Source = { name: taskSetName(variant, difficulty), variant, difficulty };
  const { name } = source;
  /** Spares a second drawing of the task when a sample made here is worked through. */
  const tasks = new WeakMap<Sample, Task>();
  const taskOf = (sample: Sample): Task => {
    const address = addressOf(sample.qid, source);
    if (address === null) throw new Error(`qid: got ${JSON.stringify(sample.qid)}; give one of ${name}`);
    return tasks.get(sample) ?? drawTask(source, address.part, address.index);
  };
  const set: TaskSet = {
    name,
    origin: 'built-in',
    size: (part) => SIZES[variant][part],
    sample(part, index) {
      if (!Number.isInteger(index) || index < 0 || index >= SIZES[variant][part]) {
        throw new Error(
          `${name} ${part}: got index ${index}; give one from 0 to ${SIZES[variant][part] - 1}`,
        );
      }
      const task = drawTask(source, part, index);
      const sample = sampleOf(task, variant);
      tasks.set(sample, task);
      return sample;
    },
    find(qid) {
      const address = addressOf(qid, source);
      return address === null ? undefined : set.sample(address.part, address.index);
    },
    workedResponse(sample, faults, ...keys) {
      const { qid, objects, question } = taskOf(sample);
      return workedResponseText(question, variant, {
        seen: misread(objects, faults?.perception ?? [], variant, qid, keys),
        slips: drawSlips(faults?.reasoning ?? [], question.kind, qid, keys),
        choice: slipChoice(qid, keys),
      });
    },
    parseDescription: (description) => parseDescription(description, variant),
  };
  return set;
}

function qidOf(name: string, part: Part, index: number): string {
  return `${name}-${part}-${String(index).padStart(6, '0')}`;
}

function addressOf(
  qid: string,
  { name, variant }: Source,
): { readonly part: Part; readonly index: number } | null {
  for (const part of ['train', 'heldout'] as const) {
    const prefix = `${name}-${part}-`;
    const number = qid.slice(prefix.length);
    if (!qid.startsWith(prefix) || !/^\d{6}$/.test(number)) continue;
    if (Number(number) < SIZES[variant][part]) return { part, index: Number(number) };
  }
  return null;
}

function drawTask({ name, variant, difficulty }: Source, part: Part, index: number): Task {
  const qid = qidOf(name, part, index);
  const counts = objectCounts(variant, difficulty);
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const kind = weightedPick(kindWeights(variant, difficulty), plan);
  const target = targetAnswer(kind, variant, counts, plan);
  let fallback: Task | null = null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (fallback !== null && attempt > AIMED_TRIES) return fallback;
    const stream = new RandomStream(address, FIRST_ATTEMPT + attempt);
    const objects = drawObjects(variant, counts, stream);
    const question = proposeQuestion(kind, variant, objects, target, stream);
    if (question === null) continue;
    const hit = answerOf(question, objects) === target;
    if ((!hit && fallback !== null) || partOf(variant, objects, question) !== part) continue;
    if (hit) return { qid, objects, question };
    fallback = { qid, objects, question };
  }
  throw new Error(`${qid}: no ${kind} question in ${TRIES} draws`);
}

function partOf(variant: SceneVariant, objects: readonly Attributes[], question: Question): Part {
  return hashText(`${describe(objects, variant)}|${problemText(question, variant)}`) % 2 === 0
    ? 'heldout'
    : 'train';
}

function sampleOf({ qid, objects, question }: Task, variant: SceneVariant): Sample {
  const scene: Scene = arrange(objects, variant, new RandomStream(hashText(qid), PLACES));
  return {
    qid,
    problem: problemText(question, variant),
    answer: answerOf(question, objects),
    key_words: keyWords(objects, variant),
    images: [{ path: `${qid}.png`, load: () => Promise.resolve(render(scene)) }],
    kind: question.kind,
    truth: {
      objects: scene.objects.map((object) => ({ attributes: object.attributes, box: boxOf(object) })),
    },
  };
}
