/** Samples and pictures of a task set for the page; but for the similarity, no tensor is touched. */
import type { ImageTextScorer } from '../engine/rewards/types.ts';
import { resizeBilinear } from '../engine/tasks/images/resize.ts';
import type { Part, RasterImage, Sample, TaskSet } from '../engine/tasks/types.ts';
import { describeError } from './errors.ts';
import type { Outbox } from './outbox.ts';
import type { SampleSummary, ToWorker } from './protocol.ts';

/** Longest side of a picture sent to the page, in pixels. */
const PICTURE_SIDE = 448;
/** Most samples of one answer. */
const SAMPLES_MAX = 512;

type Lookup = Extract<ToWorker, { type: 'requestImages' | 'requestSamples' | 'requestSamplesOf' }>;

/** Answers a request about samples, at once or, for pictures, when they are decoded. */
export function lookUp(tasks: TaskSet, request: Lookup, out: Outbox): void {
  switch (request.type) {
    case 'requestSamples': {
      const { part, offset, count } = request;
      out.add({ type: 'samples', samples: samplesOf(tasks, part, offset, count) });
      return;
    }
    case 'requestSamplesOf':
      out.add({ type: 'samples', samples: samplesByQid(tasks, request.qids) });
      return;
    case 'requestImages':
      picturesOf(tasks, request.qids).then(
        (images) => {
          const buffers = images.flatMap(({ image }) => (image ? [image.data.buffer] : []));
          out.add({ type: 'images', images }, buffers);
        },
        (error: unknown) =>
          out.add({ type: 'error', error: { ...describeError('pictures', error, true), fatal: false } }),
      );
      return;
    default:
      request satisfies never;
  }
}

/** Similarity of a sample's first picture with a text; null where the sample or its picture is unknown. */
export async function similarityOf(
  tasks: TaskSet,
  scorer: ImageTextScorer,
  qid: string,
  text: string,
): Promise<{
  readonly similarity: number;
  readonly patches: Float32Array | null;
  readonly patchHitRate: number | null;
} | null> {
  const image = await tasks.find(qid)?.images[0]?.load();
  if (!image) return null;
  const [similarity] = await scorer.score([image], [text]);
  return {
    similarity,
    patches: (await scorer.patchScores?.(image, text)) ?? null,
    // A set of others may be called like one of ours.
    patchHitRate: tasks.origin === 'imported' ? null : (scorer.patchHitRate?.(tasks.name) ?? null),
  };
}

function samplesOf(tasks: TaskSet, part: Part, offset: number, count: number): SampleSummary[] {
  const first = Math.max(0, offset);
  const last = Math.min(tasks.size(part), first + Math.min(count, SAMPLES_MAX));
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  return indices.map((index) => summary(tasks.sample(part, index), part, index));
}

/** Samples by qid, unknown ones left out; the split only knows the train part. */
function samplesByQid(tasks: TaskSet, qids: readonly string[]): SampleSummary[] {
  return qids.flatMap((qid) => {
    const sample = tasks.find(qid);
    return sample ? [summary(sample, 'train', null)] : [];
  });
}

/** The first picture of each sample, at most PICTURE_SIDE a side; null where there is none. */
function picturesOf(
  tasks: TaskSet,
  qids: readonly string[],
): Promise<{ readonly qid: string; readonly image: RasterImage | null }[]> {
  return Promise.all(
    qids.map(async (qid) => {
      const image = await tasks.find(qid)?.images[0]?.load();
      return { qid, image: image ? fit(image) : null };
    }),
  );
}

function summary(sample: Sample, part: Part, index: number | null): SampleSummary {
  const { qid, problem, answer, key_words, kind } = sample;
  return { qid, part, index, problem, answer, key_words, kind };
}

/** A copy that may leave the worker: the task set keeps its own pixels. */
function fit(image: RasterImage): RasterImage {
  const scale = PICTURE_SIDE / Math.max(image.width, image.height);
  if (scale >= 1) return { ...image, data: image.data.slice() };
  return resizeBilinear(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  );
}
