/**
 * Token embeddings with image tokens replaced by image features. Row n of the result [N, width] shows `source[n]`:
 * a token's row of the table, or, where negative, feature row −1 − source of features [groups·imageTokens, width].
 */
import { workgroupsFor, type Operation } from './kernel.ts';
import { packDeclarations, read, write, type Pack } from './pack.ts';
import { ADVANCE } from './sampler.ts';

const GROUP = 64;

export interface EmbedShape {
  /** Positions of a sequence. */
  readonly length: number;
  readonly imageToken: number;
  /** Features of an image. */
  readonly imageTokens: number;
  /** Sequences that share an image, side by side. */
  readonly rowsPerGroup: number;
}

/**
 * inputIds [B, length] → source [B·length]. A sequence's image tokens show its group's features in order; beyond
 * those they are words, because a policy may sample one.
 */
export function embedSource(inputIds: Int32Array, shape: EmbedShape): Int32Array {
  const { length, imageToken, imageTokens, rowsPerGroup } = shape;
  const source = inputIds.slice();
  for (let start = 0; start < source.length; start += length) {
    let next = Math.floor(start / length / rowsPerGroup) * imageTokens;
    const end = next + imageTokens;
    for (let n = start; n < start + length && next < end; n++) {
      if (source[n] === imageToken) source[n] = -1 - next++;
    }
  }
  return source;
}

/** Rows by what they show, one list after the other: those of v are order[starts[v]] … order[starts[v + 1] − 1]. */
export interface RowLists {
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

function rowLists(keys: Int32Array, kinds: number): RowLists {
  const starts = new Int32Array(kinds + 1);
  for (const key of keys) if (key >= 0) starts[key + 1] += 1;
  for (let v = 0; v < kinds; v++) starts[v + 1] += starts[v];
  const order = new Int32Array(starts[kinds]);
  const next = starts.slice();
  keys.forEach((key, n) => {
    if (key >= 0) order[next[key]++] = n;
  });
  return { order, starts };
}

/**
 * For the gradient: the rows of each token of the vocabulary and of each feature row. Of sequence b the first
 * `counts[b]` positions count, and none of sequences beyond: the rest is padding.
 */
export function embedLists(
  source: Int32Array,
  { length, counts, vocabulary, featureRows }: EmbedListsShape,
): { words: RowLists; features: RowLists } {
  const counted = source.map((_, n) => (n % length < (counts[Math.floor(n / length)] ?? 0) ? 1 : 0));
  return {
    words: rowLists(
      source.map((from, n) => (counted[n] && from >= 0 ? from : -1)),
      vocabulary,
    ),
    features: rowLists(
      source.map((from, n) => (counted[n] && from < 0 ? -1 - from : -1)),
      featureRows,
    ),
  };
}

export interface EmbedListsShape {
  /** Positions of a sequence. */
  readonly length: number;
  /** Positions that are not padding, of each sequence. */
  readonly counts: ArrayLike<number>;
  readonly vocabulary: number;
  /** groups · imageTokens. */
  readonly featureRows: number;
}

export interface EmbedCall {
  readonly rows: number;
  readonly width: number;
  /** Float offset of the table [V, width]. */
  readonly table: number;
}

/** parameters (the table), features, source → out [rows, width]. */
export const embedForward = (pack: Pack) =>
  ({
    kernel: {
      name: 'embed_forward',
      buffers: { parameters: read(pack), features: read(pack), source: 'read i32', out: write(pack) },
      uniforms: { rows: 'u32', width: 'u32', table: 'u32' },
      workgroup: [GROUP],
      body: `
        if (index >= u.rows * u.width) { return; }
        let shown = source[index / u.width];
        let column = index % u.width;
        if (shown < 0) { out[index] = features[u32(-1 - shown) * u.width + column]; }
        else { out[index] = parameters[u.table + u32(shown) * u.width + column]; }`,
    },
    uniforms: ({ rows, width, table }) => [rows, width / pack, table / pack],
    workgroups: ({ rows, width }) => workgroupsFor((rows * width) / pack, GROUP),
  }) satisfies Operation<EmbedCall>;

/**
 * Decoding, the start of a step: `ADVANCE`, so that state[0] is this step's position, and parameters (the table), one
 * token a row → out [rows, width].
 */
export const embedAndAdvance = (pack: Pack) =>
  ({
    kernel: {
      name: 'embed_and_advance',
      buffers: {
        parameters: read(pack),
        tokens: 'read u32',
        done: 'read u32',
        state: 'write u32',
        out: write(pack),
      },
      uniforms: { rows: 'u32', width: 'u32', table: 'u32' },
      workgroup: [GROUP],
      body: `
        if (index == 0u) { ${ADVANCE.kernel.body} }
        if (index >= u.rows * u.width) { return; }
        out[index] = parameters[u.table + tokens[index / u.width] * u.width + index % u.width];`,
    },
    uniforms: ({ rows, width, table }) => [rows, width / pack, table / pack],
    workgroups: ({ rows, width }) => workgroupsFor((rows * width) / pack, GROUP),
  }) satisfies Operation<EmbedCall>;

export interface EmbedGradientCall {
  readonly vocabulary: number;
  readonly width: number;
  /** Float offset of the table in `gradients`. */
  readonly table: number;
}

const SUM_OF_ROWS = `
  let v = index / u.width;
  var sum = Pack(0.0);
  for (var k = starts[v]; k < starts[v + 1u]; k++) {
    sum += dOut[u32(order[k]) * u.width + index % u.width];
  }`;

/** dOut [N, width], the words' lists → added to the table's gradient. */
export const embedGradient = (pack: Pack) =>
  ({
    kernel: {
      name: 'embed_gradient',
      buffers: { dOut: read(pack), order: 'read i32', starts: 'read i32', gradients: write(pack) },
      uniforms: { vocabulary: 'u32', width: 'u32', table: 'u32' },
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.vocabulary * u.width) { return; }
        ${SUM_OF_ROWS}
        if (starts[v] < starts[v + 1u]) { gradients[u.table + index] += sum; }`,
    },
    uniforms: ({ vocabulary, width, table }) => [vocabulary, width / pack, table / pack],
    workgroups: ({ vocabulary, width }) => workgroupsFor((vocabulary * width) / pack, GROUP),
  }) satisfies Operation<EmbedGradientCall>;

export interface FeatureGradientCall {
  /** groups · imageTokens. */
  readonly featureRows: number;
  readonly width: number;
}

/** dOut [N, width], the features' lists → dFeatures [featureRows, width], written. */
export const featureGradient = (pack: Pack) =>
  ({
    kernel: {
      name: 'feature_gradient',
      buffers: { dOut: read(pack), order: 'read i32', starts: 'read i32', dFeatures: write(pack) },
      uniforms: { featureRows: 'u32', width: 'u32' },
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.featureRows * u.width) { return; }
        ${SUM_OF_ROWS}
        dFeatures[index] = sum;`,
    },
    uniforms: ({ featureRows, width }) => [featureRows, width / pack],
    workgroups: ({ featureRows, width }) => workgroupsFor((featureRows * width) / pack, GROUP),
  }) satisfies Operation<FeatureGradientCall>;

export interface FindSourceCall extends EmbedShape {
  readonly rows: number;
}

/** `embedSource` where the ids are only on the device: ids [rows] → source [rows]. */
export const FIND_SOURCE = {
  kernel: {
    name: 'find_source',
    buffers: { ids: 'read i32', source: 'write i32' },
    uniforms: { rows: 'u32', length: 'u32', imageToken: 'i32', imageTokens: 'u32', rowsPerGroup: 'u32' },
    workgroup: [GROUP],
    body: `
      if (index >= u.rows) { return; }
      source[index] = ids[index];
      if (ids[index] != u.imageToken) { return; }
      let sequence = index / u.length;
      var before = 0u;
      for (var n = sequence * u.length; n < index; n++) { before += u32(ids[n] == u.imageToken); }
      if (before < u.imageTokens) {
        source[index] = -1 - i32(sequence / u.rowsPerGroup * u.imageTokens + before);
      }`,
  },
  uniforms: ({ rows, length, imageToken, imageTokens, rowsPerGroup }) => [
    rows,
    length,
    imageToken,
    imageTokens,
    rowsPerGroup,
  ],
  workgroups: ({ rows }) => workgroupsFor(rows, GROUP),
} as const satisfies Operation<FindSourceCall>;

/**
 * Both gradients without lists, in time N²: dOut, source → the rows of dTable and dFeatures that are shown, written.
 * The first row that shows something adds up all that do.
 */
export const embedBackward = (pack: Pack) =>
  ({
    kernel: {
      name: 'embed_backward',
      buffers: { dOut: read(pack), source: 'read i32', dTable: write(pack), dFeatures: write(pack) },
      uniforms: { rows: 'u32', width: 'u32' },
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `
        let first = index / u.width;
        let column = index % u.width;
        if (first >= u.rows) { return; }
        let shown = source[first];
        for (var n = 0u; n < first; n++) { if (source[n] == shown) { return; } }
        var sum = Pack(0.0);
        for (var n = first; n < u.rows; n++) { if (source[n] == shown) { sum += dOut[n * u.width + column]; } }
        if (shown < 0) { dFeatures[u32(-1 - shown) * u.width + column] = sum; }
        else { dTable[u32(shown) * u.width + column] = sum; }`,
    },
    uniforms: ({ rows, width }) => [rows, width / pack],
    workgroups: ({ rows, width }) => workgroupsFor((rows * width) / pack, GROUP),
  }) satisfies Operation<{ readonly rows: number; readonly width: number }>;
