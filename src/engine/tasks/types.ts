/** What a task is made of. Words: sample, task set, part (see ARCHITECTURE words in src/engine/index.ts). */

/** Row-major RGBA, 8 bits a channel, origin top left: what a canvas calls ImageData. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** An image that is decoded only when it is looked at; `path` is the name the data set gives it. */
export interface ImageSource {
  readonly path: string;
  load(): Promise<RasterImage>;
  /** The picture's file as it was given; none where pictures are drawn. */
  encoded?(): Promise<Uint8Array>;
}

/** One object of a scene: attribute → value, and its box in image fractions [x0, y0, x1, y1]. */
export interface SceneObject {
  readonly attributes: Readonly<Record<string, string>>;
  readonly box: readonly [number, number, number, number];
}
export interface SceneTruth {
  readonly objects: readonly SceneObject[];
}

export type Part = 'train' | 'heldout';

/** Field names as PeBR's data set has them. `truth` is for pictures and measures only, never for a reward. */
export interface Sample {
  readonly qid: string;
  readonly problem: string;
  readonly answer: string;
  readonly key_words: readonly string[];
  readonly images: readonly ImageSource[];
  /** Question kind, e.g. `count`; imported samples say `imported`. */
  readonly kind: string;
  readonly truth?: SceneTruth;
}

/** Planted teacher errors. perception: an attribute read wrongly; reasoning: a slip in the steps or the answer. */
export interface PerceptionFault {
  readonly attribute: string;
  /** Only these true values are misread; all of the attribute's values when absent. */
  readonly values?: readonly string[];
  readonly p: number;
}
export interface ReasoningFault {
  readonly slip: string;
  /** Only these question kinds; all when absent. */
  readonly kinds?: readonly string[];
  readonly p: number;
}
export interface TeacherFaults {
  readonly perception: readonly PerceptionFault[];
  readonly reasoning: readonly ReasoningFault[];
}

/** Attribute tuple of one described object, or null for a malformed entry (a false positive of the F1). */
export type DescribedObject = Readonly<Record<string, string>> | null;

export interface TaskSet {
  readonly name: string;
  readonly origin: 'built-in' | 'imported';
  size(part: Part): number;
  /** Deterministic: the same part and index give the same sample for ever. index in [0, size(part)). */
  sample(part: Part, index: number): Sample;
  /** The sample of a qid, of either part; undefined when there is none. */
  find(qid: string): Sample | undefined;
  /** Built-in suites only: PeBR-format response of a teacher, with faults drawn from `keys`. */
  workedResponse?(sample: Sample, faults: TeacherFaults | null, ...keys: number[]): string;
  /** Built-in suites only: the suite's grammar applied to a description. */
  parseDescription?(description: string): DescribedObject[];
}
