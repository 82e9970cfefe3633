/**
 * RMSNorm and LayerNorm over rows: x, out, dy, dx [rows, width]; weight and bias [width] lie in `parameters` at float
 * offsets. A row has one invocation or a workgroup. Forward keeps nothing: backward computes a row's statistics again,
 * beside sums that it needs anyway. Weight gradients are summed over chunks of rows first, then by `sumPartials` over
 * the chunks.
 */
import { workgroupsFor, type Operation } from './kernel.ts';
import { packDeclarations, packOf, read, write, type Pack } from './pack.ts';
import { rowLanes, type Lanes } from './rowLanes.ts';

const COLUMNS_A_GROUP = 64;

/** Rows of a partial weight gradient. */
const CHUNK = 64;

/** Partial weight gradients of so many rows. */
export function normChunks(rows: number): number {
  return Math.ceil(rows / CHUNK);
}

export interface RmsNormCall {
  readonly rows: number;
  readonly width: number;
  /** Float offset of the weight in `parameters`. */
  readonly weight: number;
  readonly epsilon: number;
}

export interface LayerNormCall extends RmsNormCall {
  /** Float offset of the bias in `biases`. */
  readonly bias: number;
}

export interface NormRows {
  readonly rows: number;
  readonly width: number;
}

/** How the kernels that see whole rows read them, and how many invocations share one. */
export interface NormRowing {
  readonly pack: Pack;
  readonly lanes: Lanes;
}

/** Lanes of a row each take a vector of four where there are enough of these, else one number at a time. */
export function normRowing(width: number, lanes: Lanes): NormRowing {
  const wide = lanes === 1 || width >= 4 * 64;
  return { pack: wide ? packOf(width) : 1, lanes };
}

/** What the kernels over rows have in common; `start` makes `row`, `lane` and `first`, the row's first element. */
function overRows({ pack, lanes }: NormRowing) {
  const { start, workgroups, declarations, ...rows } = rowLanes(lanes);
  return {
    kernel: { ...rows, declarations: packDeclarations(pack) + declarations },
    start: `${start}
        let first = row * u.width;
        let count = f32(u.width * ${pack}u);`,
    workgroups: ({ rows }: NormRows) => workgroups(rows),
  };
}

/** WGSL: for the elements `i` of a row, by its lanes in turn. */
const ELEMENTS = 'for (var i = lane; i < u.width; i += LANES)';

/** x → x / sqrt(mean x² + epsilon) · weight. */
export function rmsNormForward(rowing: NormRowing) {
  const { pack } = rowing;
  const { kernel, start, workgroups } = overRows(rowing);
  return {
    kernel: {
      name: 'rms_norm_forward',
      buffers: { x: read(pack), parameters: read(pack), out: write(pack) },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', epsilon: 'f32' },
      ...kernel,
      body: `${start}
        var squares = 0.0;
        ${ELEMENTS} { squares += inner(x[first + i], x[first + i]); }
        squares = totalOfLanes(lane, vec3(squares, 0.0, 0.0)).x;
        let r = inverseSqrt(squares / count + u.epsilon);
        ${ELEMENTS} { out[first + i] = x[first + i] * r * parameters[u.weight + i]; }`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups,
  } satisfies Operation<RmsNormCall>;
}

/** dy → dx, written or, with `accumulate`, added to; and 1 / rms of each row [rows] for `rmsNormWeightGradient`. */
export function rmsNormBackward(rowing: NormRowing, { accumulate }: { accumulate: boolean }) {
  const { pack } = rowing;
  const { kernel, start, workgroups } = overRows(rowing);
  return {
    kernel: {
      name: 'rms_norm_backward',
      buffers: {
        x: read(pack),
        parameters: read(pack),
        dy: read(pack),
        dx: write(pack),
        statistics: 'write f32',
      },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', epsilon: 'f32' },
      ...kernel,
      body: `${start}
        var squares = 0.0;
        var along = 0.0;
        ${ELEMENTS} {
          let v = x[first + i];
          squares += inner(v, v);
          along += inner(dy[first + i] * parameters[u.weight + i], v);
        }
        let sums = totalOfLanes(lane, vec3(squares, along, 0.0)) / count;
        let r = inverseSqrt(sums.x + u.epsilon);
        let projection = sums.y * r * r;
        ${ELEMENTS} {
          let g = dy[first + i] * parameters[u.weight + i];
          dx[first + i] ${accumulate ? '+=' : '='} (g - x[first + i] * projection) * r;
        }
        if (lane == 0u) { statistics[row] = r; }`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups,
  } satisfies Operation<RmsNormCall>;
}

/** x, dy and the statistics of `rmsNormBackward` → partial gradients of the weight [normChunks(rows), width]. */
export const rmsNormWeightGradient = (pack: Pack) =>
  ({
    kernel: {
      name: 'rms_norm_weight_gradient',
      buffers: { x: read(pack), dy: read(pack), statistics: 'read f32', partial: write(pack) },
      uniforms: { rows: 'u32', width: 'u32' },
      workgroup: [COLUMNS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        let first = index / u.width * ${CHUNK}u;
        if (first >= u.rows) { return; }
        var sum = Pack(0.0);
        for (var row = first; row < min(first + ${CHUNK}u, u.rows); row++) {
          let at = row * u.width + index % u.width;
          sum += dy[at] * x[at] * statistics[row];
        }
        partial[index] = sum;`,
    },
    uniforms: ({ rows, width }) => [rows, width / pack],
    workgroups: ({ rows, width }) => workgroupsFor((normChunks(rows) * width) / pack, COLUMNS_A_GROUP),
  }) satisfies Operation<NormRows>;

const MEAN = `
        var mean = 0.0;
        ${ELEMENTS} { mean += inner(x[first + i], Pack(1.0)); }
        mean = totalOfLanes(lane, vec3(mean, 0.0, 0.0)).x / count;`;

/** x → (x − mean) / sqrt(variance + epsilon) · weight + bias. In a plan `biases` is the flat `parameters` again. */
export function layerNormForward(rowing: NormRowing) {
  const { pack } = rowing;
  const { kernel, start, workgroups } = overRows(rowing);
  return {
    kernel: {
      name: 'layer_norm_forward',
      buffers: { x: read(pack), parameters: read(pack), biases: read(pack), out: write(pack) },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', bias: 'u32', epsilon: 'f32' },
      ...kernel,
      body: `${start}
        ${MEAN}
        var squares = 0.0;
        ${ELEMENTS} { squares += inner(x[first + i] - mean, x[first + i] - mean); }
        squares = totalOfLanes(lane, vec3(squares, 0.0, 0.0)).x;
        let r = inverseSqrt(squares / count + u.epsilon);
        ${ELEMENTS} {
          out[first + i] = (x[first + i] - mean) * r * parameters[u.weight + i] + biases[u.bias + i];
        }`,
    },
    uniforms: ({ rows, width, weight, bias, epsilon }) => [
      rows,
      width / pack,
      weight / pack,
      bias / pack,
      epsilon,
    ],
    workgroups,
  } satisfies Operation<LayerNormCall>;
}

/** dy → dx, written or, with `accumulate`, added to; and (mean, 1 / deviation) of each row [rows, 2]. */
export function layerNormBackward(rowing: NormRowing, { accumulate }: { accumulate: boolean }) {
  const { pack } = rowing;
  const { kernel, start, workgroups } = overRows(rowing);
  return {
    kernel: {
      name: 'layer_norm_backward',
      buffers: {
        x: read(pack),
        parameters: read(pack),
        dy: read(pack),
        dx: write(pack),
        statistics: 'write f32',
      },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', epsilon: 'f32' },
      ...kernel,
      body: `${start}
        ${MEAN}
        var squares = 0.0;
        var total = 0.0;
        var along = 0.0;
        ${ELEMENTS} {
          let v = x[first + i] - mean;
          let g = dy[first + i] * parameters[u.weight + i];
          squares += inner(v, v);
          total += inner(g, Pack(1.0));
          along += inner(g, v);
        }
        let sums = totalOfLanes(lane, vec3(squares, total, along)) / count;
        let r = inverseSqrt(sums.x + u.epsilon);
        let projection = sums.z * r * r;
        ${ELEMENTS} {
          let g = dy[first + i] * parameters[u.weight + i] - sums.y;
          dx[first + i] ${accumulate ? '+=' : '='} (g - (x[first + i] - mean) * projection) * r;
        }
        if (lane == 0u) {
          statistics[2u * row] = mean;
          statistics[2u * row + 1u] = r;
        }`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups,
  } satisfies Operation<RmsNormCall>;
}

/** x, dy, statistics → partial gradients of weight and bias, both [normChunks(rows), width]. */
export const layerNormWeightGradient = (pack: Pack) =>
  ({
    kernel: {
      name: 'layer_norm_weight_gradient',
      buffers: {
        x: read(pack),
        dy: read(pack),
        statistics: 'read f32',
        weightPartial: write(pack),
        biasPartial: write(pack),
      },
      uniforms: { rows: 'u32', width: 'u32' },
      workgroup: [COLUMNS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        let first = index / u.width * ${CHUNK}u;
        if (first >= u.rows) { return; }
        var sum = Pack(0.0);
        var total = Pack(0.0);
        for (var row = first; row < min(first + ${CHUNK}u, u.rows); row++) {
          let at = row * u.width + index % u.width;
          sum += dy[at] * (x[at] - statistics[2u * row]) * statistics[2u * row + 1u];
          total += dy[at];
        }
        weightPartial[index] = sum;
        biasPartial[index] = total;`,
    },
    uniforms: ({ rows, width }) => [rows, width / pack],
    workgroups: ({ rows, width }) => workgroupsFor((normChunks(rows) * width) / pack, COLUMNS_A_GROUP),
  }) satisfies Operation<NormRows>;

export interface SumPartialsCall {
  readonly chunks: number;
  readonly width: number;
  /** Float offset in `gradients`. */
  readonly offset: number;
}

/** partial [chunks, width] → gradients[offset + i] += its column sums, in the order of the chunks. */
export const sumPartials = (pack: Pack) =>
  ({
    kernel: {
      name: 'sum_partials',
      buffers: { partial: read(pack), gradients: write(pack) },
      uniforms: { chunks: 'u32', width: 'u32', offset: 'u32' },
      workgroup: [COLUMNS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.width) { return; }
        var sum = Pack(0.0);
        for (var chunk = 0u; chunk < u.chunks; chunk++) { sum += partial[chunk * u.width + index]; }
        gradients[u.offset + index] += sum;`,
    },
    uniforms: ({ chunks, width, offset }) => [chunks, width / pack, offset / pack],
    workgroups: ({ width }) => workgroupsFor(width / pack, COLUMNS_A_GROUP),
  }) satisfies Operation<SumPartialsCall>;
