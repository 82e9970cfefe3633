/** Samples and their pictures, asked from the worker on demand and kept while the task set stays. */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Difficulty, SplitEntry } from '../engine/rl/types.ts';
import type { Part, RasterImage } from '../engine/tasks/types.ts';
import type { SampleSummary } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { difficultyOf } from './difficulty.ts';
import { useSession } from './session.ts';
import { useIsRecorded } from './shownRun.ts';

export interface SampleImage {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}
export interface SampleFilter {
  readonly part: Part;
  readonly offset: number;
  readonly count: number;
  /** Only questions of the split with this many passes. */
  readonly passes?: number | null;
  readonly difficulty?: Difficulty | null;
}
export interface SampleRow extends SampleSummary {
  readonly passes: SplitEntry | null;
  readonly difficulty: Difficulty | null;
}
export interface SimilarityAnswer {
  readonly similarity: number;
  readonly patches: Float32Array | null;
  /** Share of the suite's held-out objects that the best patch finds, as measured; null: not measured. */
  readonly patchHitRate: number | null;
}

interface SentImage {
  readonly qid: string;
  readonly image: RasterImage | null;
}
interface SamplesState {
  readonly images: ReadonlyMap<string, SampleImage>;
  readonly samples: ReadonlyMap<string, SampleSummary>;
  /** qids of a part, by index. */
  readonly order: Readonly<Record<Part, ReadonlyMap<number, string>>>;
  readonly similarities: ReadonlyMap<string, SimilarityAnswer>;
}
const EMPTY: SamplesState = {
  images: new Map(),
  samples: new Map(),
  order: { train: new Map(), heldout: new Map() },
  similarities: new Map(),
};
/** Samples asked for at once: a page of a part. */
const PAGE = 24;
/** Pictures kept; one that was let go is asked for again when it is looked at. */
const IMAGES_KEPT = 600;
/** Pictures encoded a frame. */
const IMAGES_A_FRAME = 4;
/** Similarity answers kept; a slider over what-if texts makes many. */
const SIMILARITIES_KEPT = 64;

export const samplesStore = createStore<SamplesState>(() => EMPTY);

const asked = { images: new Set<string>(), samples: new Set<string>(), pages: new Set<string>() };
let imageQueue: string[] = [];
let arrived: SentImage[] = [];

/** Forgets everything: another task set is there. */
export function clearSamples(): void {
  for (const set of Object.values(asked)) set.clear();
  imageQueue = [];
  arrived = [];
  samplesStore.setState(EMPTY);
}

/** Pictures of one animation frame go in one message. */
function requestImage(qid: string): void {
  if (asked.images.has(qid)) return;
  asked.images.add(qid);
  imageQueue.push(qid);
  if (imageQueue.length > 1) return;
  requestAnimationFrame(() => {
    if (imageQueue.length > 0) send({ type: 'requestImages', qids: imageQueue });
    imageQueue = [];
  });
}

/** Takes pictures in, a few a frame: each is encoded for its address. */
export function addImages(images: readonly SentImage[]): void {
  const isIdle = arrived.length === 0;
  arrived.push(...images);
  if (isIdle && arrived.length > 0) requestAnimationFrame(encodeSome);
}

function encodeSome(): void {
  const next = new Map(samplesStore.getState().images);
  for (const { qid, image } of arrived.splice(0, IMAGES_A_FRAME)) if (image) next.set(qid, toImage(image));
  for (const qid of [...next.keys()].slice(0, -IMAGES_KEPT)) {
    next.delete(qid);
    asked.images.delete(qid);
  }
  samplesStore.setState({ images: next });
  if (arrived.length > 0) requestAnimationFrame(encodeSome);
}

export function addSamples(summaries: readonly SampleSummary[]): void {
  samplesStore.setState((state) => {
    const samples = new Map(state.samples);
    const order = { train: new Map(state.order.train), heldout: new Map(state.order.heldout) };
    for (const sample of summaries) {
      samples.set(sample.qid, sample);
      if (sample.index !== null) order[sample.part].set(sample.index, sample.qid);
    }
    return { samples, order };
  });
}

export function addSimilarity(qid: string, text: string, answer: SimilarityAnswer): void {
  samplesStore.setState((state) => {
    const kept = [...state.similarities].slice(1 - SIMILARITIES_KEPT);
    return { similarities: new Map([...kept, [`${qid}\n${text}`, answer]]) };
  });
}

export function toImage(image: RasterImage): SampleImage {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const pixels = new ImageData(new Uint8ClampedArray(image.data), image.width, image.height);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return { url: canvas.toDataURL(), width: image.width, height: image.height };
}

/** The picture of a sample at its own size; null until it has come. */
export function useSampleImage(qid: string | null): SampleImage | null {
  const image = useStore(samplesStore, (state) => (qid === null ? null : (state.images.get(qid) ?? null)));
  useEffect(() => {
    if (qid !== null && image === null) requestImage(qid);
  }, [qid, image]);
  return image;
}

/**
 * Samples `offset` … `offset + count` of those the filter lets through, which are `total`. `cells` has null for those
 * that have not come yet, `rows` leaves them out.
 */
export function useSamples(filter: SampleFilter): {
  cells: readonly (SampleRow | null)[];
  rows: readonly SampleRow[];
  total: number;
} {
  const { part, offset, count, passes = null, difficulty = null } = filter;
  const split = useSession((state) => state.split);
  const tasks = useSession((state) => state.tasks);
  const samples = useStore(samplesStore, (state) => state.samples);
  const order = useStore(samplesStore, (state) => state.order[part]);
  const filtered = passes !== null || difficulty !== null;

  const entries = useMemo(() => new Map(split?.entries.map((entry) => [entry.qid, entry])), [split]);
  const matching = useMemo(() => {
    if (!filtered || !split) return [];
    return split.entries
      .filter((entry) => passes === null || entry.correct === passes)
      .filter((entry) => difficulty === null || difficultyOf(entry, split) === difficulty)
      .map((entry) => entry.qid);
  }, [filtered, split, passes, difficulty]);

  const total = filtered ? matching.length : (tasks?.sizes[part] ?? 0);
  const page = useMemo(
    () =>
      filtered
        ? matching.slice(offset, offset + count)
        : Array.from({ length: Math.max(0, Math.min(count, total - offset)) }, (_, i) =>
            order.get(offset + i),
          ),
    [filtered, matching, offset, count, total, order],
  );
  const wanted = filtered ? page.join('\n') : '';

  useEffect(() => {
    if (total === 0) return;
    if (!filtered) {
      for (let page = Math.floor(offset / PAGE); page * PAGE < Math.min(offset + count, total); page++) {
        const key = `${part} ${page}`;
        if (asked.pages.has(key)) continue;
        asked.pages.add(key);
        send({ type: 'requestSamples', part, offset: page * PAGE, count: PAGE });
      }
      return;
    }
    const missing = wanted.split('\n').filter((qid) => qid !== '' && !asked.samples.has(qid));
    for (const qid of missing) asked.samples.add(qid);
    if (missing.length > 0) send({ type: 'requestSamplesOf', qids: missing });
    // Another task set may be as large as the one before: `tasks` asks anew.
  }, [filtered, part, offset, count, total, wanted, tasks]);

  // A card whose sample did not change is not drawn again.
  const cells = useMemo(
    () =>
      page.map((qid): SampleRow | null => {
        const sample = qid === undefined ? undefined : samples.get(qid);
        if (!sample) return null;
        const entry = entries.get(sample.qid) ?? null;
        return rowOf(sample, entry, entry && split ? difficultyOf(entry, split) : null);
      }),
    [page, samples, entries, split],
  );
  return { cells, rows: cells.filter((cell) => cell !== null), total };
}

const rowsMade = new WeakMap<SampleSummary, SampleRow>();

/** The same object as long as nothing of it has changed. */
function rowOf(sample: SampleSummary, passes: SplitEntry | null, difficulty: Difficulty | null): SampleRow {
  const made = rowsMade.get(sample);
  if (made?.passes === passes && made.difficulty === difficulty) return made;
  const row = { ...sample, passes, difficulty };
  rowsMade.set(sample, row);
  return row;
}

/**
 * Similarity of a sample's image with a text, computed by the run's scorer between phases; null until then. For null
 * nothing is asked, nor of a recorded run: another scorer may answer.
 */
export function useSimilarity(of: string | null, text: string): SimilarityAnswer | null {
  const qid = useIsRecorded() ? null : of;
  const answer = useStore(samplesStore, (state) =>
    qid === null ? null : (state.similarities.get(`${qid}\n${text}`) ?? null),
  );
  useEffect(() => {
    if (qid !== null && !samplesStore.getState().similarities.has(`${qid}\n${text}`)) {
      send({ type: 'requestSimilarity', qid, text });
    }
  }, [qid, text]);
  return answer;
}
