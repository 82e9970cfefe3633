/**
 * WGSL that the attention kernels are made of. Scores count in powers of two, whose exponential is the cheaper one:
 * queries are read times scale·log₂e.
 */
import { workgroupsFor, type Workgroups } from './kernel.ts';
import { repeat } from './wgsl.ts';

export const LOG2_E = Math.LOG2E;

/** Sum of the dot products of pairs of vectors. */
export const dotted = (vectors: number, pair: (i: number) => readonly [string, string]): string =>
  Array.from({ length: vectors }, (_, i) => `dot(${pair(i).join(', ')})`).join(' + ');

/** `name_0`, `name_1` …: the vectors of a head that starts at `begin` of a buffer, times a factor. */
export const load = (vectors: number, name: string, buffer: string, begin: string, factor = ''): string =>
  repeat(vectors, (i) => `let ${name}_${i} = ${buffer}[${begin} + ${i}u]${factor && ` * (${factor})`};`);

/** vec4s of a head. */
export function vectorsOf(headDim: number): number {
  if (headDim % 4 !== 0) throw new Error(`attention: head size must be a multiple of 4, got ${headDim}`);
  return headDim / 4;
}

/**
 * Rows for an invocation: software adapters gain from sharing what is read, as far as registers go; a GPU from many
 * invocations.
 */
export const rowsFor = (headDim: number, software: boolean): number =>
  software ? Math.max(1, Math.min(4, Math.floor(64 / headDim))) : 1;

/** Columns of a buffer: floats from row to row, and before the first. Multiples of 4. */
export interface Columns {
  readonly stride: number;
  readonly offset: number;
}

/** Where q, k and v lie when one product makes them: rows of (heads + 2·keyValueHeads)·headDim floats. */
export function qkvColumns(
  heads: number,
  keyValueHeads: number,
  headDim: number,
): Readonly<Record<'q' | 'k' | 'v', Columns>> {
  const stride = (heads + 2 * keyValueHeads) * headDim;
  const k = heads * headDim;
  return {
    q: { stride, offset: 0 },
    k: { stride, offset: k },
    v: { stride, offset: k + keyValueHeads * headDim },
  };
}

/** Strides and offsets as the kernels want them, in vec4s. */
export function inVectors(columns: readonly Columns[]): number[] {
  const vectors = columns.flatMap(({ stride, offset }) => [stride / 4, offset / 4]);
  if (vectors.every(Number.isInteger)) return vectors;
  throw new Error(`attention: strides and offsets must be multiples of 4, got ${JSON.stringify(columns)}`);
}

/** Names of the uniforms that `inVectors` gives. */
export const columnUniforms = (...names: string[]): Record<string, 'u32'> =>
  Object.fromEntries(names.flatMap((name) => [`${name}Stride`, `${name}Offset`].map((key) => [key, 'u32'])));

export interface Sizes {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** A position sees itself and what is before it; otherwise everything. */
  readonly causal: boolean;
  /** Factor of the scores, as a rule 1/√headDim. */
  readonly scale: number;
}

export const WORKGROUP = 64;
/** Uniforms of every training kernel. */
export const SIZES = {
  batch: 'u32',
  length: 'u32',
  heads: 'u32',
  keyValueHeads: 'u32',
  causal: 'u32',
  scale: 'f32',
} as const;

/** The values of `SIZES` and `columnUniforms`. */
export const numbers = (sizes: Sizes, ...columns: Columns[]): number[] => {
  const { batch, length, heads, keyValueHeads, causal, scale } = sizes;
  return [batch, length, heads, keyValueHeads, Number(causal), scale, ...inVectors(columns)];
};

/** An invocation is `first`, the first of its `rows` rows, in `head` (of `heads`) of sequence `start / length`. */
export const place = (rows: number, heads: string): string => `
  let tiles = (u.length + ${rows - 1}u) / ${rows}u;
  if (index >= u.batch * ${heads} * tiles) { return; }
  let first = index % tiles * ${rows}u;
  let head = index / tiles % ${heads};
  let start = index / tiles / ${heads} * u.length;
  let sharing = u.heads / u.keyValueHeads;`;

/** Workgroups for `count` heads of every sequence. */
export const workgroupsOf = (count: number, { batch, length }: Sizes, rows: number): Workgroups =>
  workgroupsFor(batch * count * Math.ceil(length / rows), WORKGROUP);

/** Where the columns of a head start in a row: `name`, a matrix with uniforms; `row`, inside the sequence. */
export const at = (name: string, row: string, head: string, vectors: number): string =>
  `(start + ${row}) * u.${name}Stride + u.${name}Offset + ${head} * ${vectors}u`;

interface Attended {
  /** Queries `q0_…` of this invocation. */
  readonly rows: number;
  readonly vectors: number;
  /** Buffers, and where in them, in vec4s, the head of a key lies, whose number is given in WGSL. */
  readonly keys: string;
  readonly values: string;
  readonly keyAt: (key: string) => string;
  readonly valueAt: (key: string) => string;
  /** The last key that a query sees; the largest of them is `last`, and may not be before `key`. */
  readonly lastOf: (row: number) => string;
}

/** Takes keys `key` to `key + 3` into the running softmax of each query: `top0`, `sum0`, `out0_…`. */
export const attendToBlock = ({ rows, vectors, keys, values, keyAt, valueAt, lastOf }: Attended): string => `
  let keys = key + vec4(0u, 1u, 2u, 3u);
  ${repeat(rows, (r) => `var s${r} : vec4<f32>;`)}
  ${repeat(
    4,
    (c) => `{
    let begin = ${keyAt(`min(keys[${c}], last)`)};
    ${load(vectors, 'k', keys, 'begin')}
    ${repeat(rows, (r) => `s${r}[${c}] = ${dotted(vectors, (i) => [`q${r}_${i}`, `k_${i}`])};`)}
  }`,
  )}
  ${repeat(
    rows,
    (r) => `
    s${r} = select(vec4(-1e30), s${r}, keys <= vec4(${lastOf(r)}));
    let newTop${r} = max(top${r}, max(max(s${r}.x, s${r}.y), max(s${r}.z, s${r}.w)));
    let keep${r} = exp2(top${r} - newTop${r});
    let p${r} = exp2(s${r} - newTop${r});
    top${r} = newTop${r};
    sum${r} = sum${r} * keep${r} + dot(p${r}, vec4(1.0));
    ${repeat(vectors, (i) => `out${r}_${i} *= keep${r};`)}`,
  )}
  ${repeat(
    4,
    (c) => `{
    let begin = ${valueAt(`min(keys[${c}], last)`)};
    ${load(vectors, 'v', values, 'begin')}
    ${repeat(rows, (r) => repeat(vectors, (i) => `out${r}_${i} += p${r}[${c}] * v_${i};`))}
  }`,
  )}`;
