import { RandomStream, hashText } from '../../random.ts';
import { builtInTaskSet } from '../builtIn.ts';
import { drawSlips, slipChoice } from '../slips.ts';
import { taskSetName, type SuiteDifficulty } from '../suite.ts';
import type { Part, Sample, TaskSet } from '../types.ts';
import { SLIP_KINDS, misread } from './faults.ts';
import { describe, keyWords, parseDescription } from './grammar.ts';
import type { Attributes, SceneVariant } from './grammar.ts';
import { arrange, boxOf, drawObjects, objectCounts } from './layout.ts';
import type { Scene } from './layout.ts';
import { proposeQuestion, targetAnswer } from './propose.ts';
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
  return builtInTaskSet({
    name: taskSetName(variant, difficulty),
    sizes: SIZES[variant],
    draw: (part, qid) => drawTask(variant, difficulty, part, qid),
    sampleOf: (task) => sampleOf(task, variant),
    work: ({ qid, objects, question }, faults, keys) =>
      workedResponseText(question, variant, {
        seen: misread(objects, faults.perception, variant, qid, keys),
        slips: drawSlips(SLIP_KINDS, faults.reasoning, question.kind, qid, keys),
        choice: slipChoice(qid, keys),
      }),
    parseDescription: (description) => parseDescription(description, variant),
  });
}

function drawTask(variant: SceneVariant, difficulty: SuiteDifficulty, part: Part, qid: string): Task {
  const counts = objectCounts(variant, difficulty);
  const address = hashText(qid);
  const plan = new RandomStream(address, PLAN);
  const kind = plan.weighted(kindWeights(variant, difficulty));
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
