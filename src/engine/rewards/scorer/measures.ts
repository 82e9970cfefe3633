/**
 * What the card says of a scorer. The truth of a scene is read here to measure, never to score: `index.ts` has no
 * way to it.
 */
import { RandomStream, hashText } from '../../random.ts';
import type { Sample, TaskSet } from '../../tasks/types.ts';
import type { DualEncoderScorer } from './index.ts';
import { workedDescription, type ScorerSource } from './train.ts';
import { changeOneWord } from './wrongDescriptions.ts';

const samplesOf = (tasks: TaskSet, part: 'train' | 'heldout', count: number): Sample[] =>
  Array.from({ length: Math.min(count, tasks.size(part)) }, (_, index) => tasks.sample(part, index));

/** Median similarity over the first `count` train samples, shared out among the sources, and their right descriptions. */
export async function medianOfRight(
  scorer: DualEncoderScorer,
  sources: readonly ScorerSource[],
  count: number,
): Promise<number> {
  const all: number[] = [];
  for (const { tasks } of sources) {
    const samples = samplesOf(tasks, 'train', Math.ceil(count / sources.length));
    const images = await Promise.all(samples.map(({ images }) => images[0].load()));
    all.push(
      ...(await scorer.score(
        images,
        samples.map((sample) => workedDescription(tasks, sample)),
      )),
    );
  }
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}

/** Share of the first `count` held-out samples whose right description scores above itself with one word changed. */
export async function oneWordAccuracy(
  scorer: DualEncoderScorer,
  { tasks, classes }: ScorerSource,
  count: number,
  seed: number,
): Promise<number> {
  const draws = new RandomStream(seed, hashText('one-word'));
  const samples = samplesOf(tasks, 'heldout', count);
  const images = await Promise.all(samples.map(({ images }) => images[0].load()));
  const right = samples.map((sample) => workedDescription(tasks, sample));
  const wrong = right.map((text) => {
    const changed = changeOneWord(text, classes, draws);
    if (changed === null) throw new Error(`${tasks.name}: no word of "${text}" can be changed.`);
    return changed;
  });
  const [ofRight, ofWrong] = [await scorer.score(images, right), await scorer.score(images, wrong)];
  return ofRight.filter((similarity, i) => similarity > ofWrong[i]).length / samples.length;
}

/**
 * Share of objects of the first `count` held-out samples whose own phrase finds them: the centre of the patch that
 * is most like the phrase lies in the box of an object of these attributes. null where the suite has no grammar.
 */
export async function patchHitRate(
  scorer: DualEncoderScorer,
  { tasks }: ScorerSource,
  count: number,
): Promise<number | null> {
  let [hits, phrases] = [0, 0];
  for (const sample of samplesOf(tasks, 'heldout', count)) {
    const image = await sample.images[0].load();
    for (const phrase of workedDescription(tasks, sample).split(', ')) {
      const said = tasks.parseDescription?.(phrase)[0];
      const boxes = (sample.truth?.objects ?? [])
        .filter(
          ({ attributes }) =>
            said && Object.keys(attributes).every((name) => attributes[name] === said[name]),
        )
        .map(({ box }) => box);
      if (boxes.length === 0) continue;
      const patches = await scorer.patchScores(image, phrase);
      const side = Math.sqrt(patches.length);
      const best = patches.indexOf(Math.max(...patches));
      const [x, y] = [((best % side) + 0.5) / side, (Math.floor(best / side) + 0.5) / side];
      phrases += 1;
      if (boxes.some(([x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1)) hits += 1;
    }
  }
  return phrases === 0 ? null : hits / phrases;
}

/** Spearman's rank correlation, ties at their mean rank; NaN when either side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) ** 2;
    yy += (y[i] - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const out: number[] = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
    for (let k = from; k < to; k++) out[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}
