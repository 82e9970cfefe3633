/**
 * RMSNorm and LayerNorm over rows: x, out, dy, dx [rows, width]; weight and bias [width] lie in `parameters` at float
 * offsets. One invocation a row. Forward keeps nothing: backward computes a row's statistics again, beside sums that
 * it needs anyway. Weight gradients are summed over chunks of rows first, then by `sumPartials` over the chunks.
 */
import { workgroupsFor, type Operation } from './kernel.ts';
import { packDeclarations, read, write, type Pack } from './pack.ts';

const ROWS_A_GROUP = 32;
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

/** x → x / sqrt(mean x² + epsilon) · weight. */
export const rmsNormForward = (pack: Pack) =>
  ({
    kernel: {
      name: 'rms_norm_forward',
      buffers: { x: read(pack), parameters: read(pack), out: write(pack) },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', epsilon: 'f32' },
      workgroup: [ROWS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.rows) { return; }
        let start = index * u.width;
        var squares = 0.0;
        for (var i = 0u; i < u.width; i++) { squares += inner(x[start + i], x[start + i]); }
        let r = inverseSqrt(squares / f32(u.width * ${pack}u) + u.epsilon);
        for (var i = 0u; i < u.width; i++) { out[start + i] = x[start + i] * r * parameters[u.weight + i]; }`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups: ({ rows }) => workgroupsFor(rows, ROWS_A_GROUP),
  }) satisfies Operation<RmsNormCall>;

/** dy → dx, written or, with `accumulate`, added to; and 1 / rms of each row [rows] for `rmsNormWeightGradient`. */
export const rmsNormBackward = (pack: Pack, { accumulate }: { accumulate: boolean }) =>
  ({
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
      workgroup: [ROWS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.rows) { return; }
        let start = index * u.width;
        let count = f32(u.width * ${pack}u);
        var squares = 0.0;
        var along = 0.0;
        for (var i = 0u; i < u.width; i++) {
          let v = x[start + i];
          squares += inner(v, v);
          along += inner(dy[start + i] * parameters[u.weight + i], v);
        }
        let r = inverseSqrt(squares / count + u.epsilon);
        let projection = along / count * r * r;
        for (var i = 0u; i < u.width; i++) {
          let g = dy[start + i] * parameters[u.weight + i];
          dx[start + i] ${accumulate ? '+=' : '='} (g - x[start + i] * projection) * r;
        }
        statistics[index] = r;`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups: ({ rows }) => workgroupsFor(rows, ROWS_A_GROUP),
  }) satisfies Operation<RmsNormCall>;

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

const MEAN = (pack: Pack): string => `
  var mean = 0.0;
  for (var i = 0u; i < u.width; i++) { mean += inner(x[start + i], Pack(1.0)); }
  let count = f32(u.width * ${pack}u);
  mean /= count;`;

/** x → (x − mean) / sqrt(variance + epsilon) · weight + bias. In a plan `biases` is the flat `parameters` again. */
export const layerNormForward = (pack: Pack) =>
  ({
    kernel: {
      name: 'layer_norm_forward',
      buffers: { x: read(pack), parameters: read(pack), biases: read(pack), out: write(pack) },
      uniforms: { rows: 'u32', width: 'u32', weight: 'u32', bias: 'u32', epsilon: 'f32' },
      workgroup: [ROWS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.rows) { return; }
        let start = index * u.width;
        ${MEAN(pack)}
        var squares = 0.0;
        for (var i = 0u; i < u.width; i++) { squares += inner(x[start + i] - mean, x[start + i] - mean); }
        let r = inverseSqrt(squares / count + u.epsilon);
        for (var i = 0u; i < u.width; i++) {
          out[start + i] = (x[start + i] - mean) * r * parameters[u.weight + i] + biases[u.bias + i];
        }`,
    },
    uniforms: ({ rows, width, weight, bias, epsilon }) => [
      rows,
      width / pack,
      weight / pack,
      bias / pack,
      epsilon,
    ],
    workgroups: ({ rows }) => workgroupsFor(rows, ROWS_A_GROUP),
  }) satisfies Operation<LayerNormCall>;

/** dy → dx, written or, with `accumulate`, added to; and (mean, 1 / deviation) of each row [rows, 2]. */
export const layerNormBackward = (pack: Pack, { accumulate }: { accumulate: boolean }) =>
  ({
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
      workgroup: [ROWS_A_GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.rows) { return; }
        let start = index * u.width;
        ${MEAN(pack)}
        var squares = 0.0;
        var total = 0.0;
        var along = 0.0;
        for (var i = 0u; i < u.width; i++) {
          let v = x[start + i] - mean;
          let g = dy[start + i] * parameters[u.weight + i];
          squares += inner(v, v);
          total += inner(g, Pack(1.0));
          along += inner(g, v);
        }
        let r = inverseSqrt(squares / count + u.epsilon);
        let projection = along / count * r * r;
        for (var i = 0u; i < u.width; i++) {
          let g = dy[start + i] * parameters[u.weight + i] - total / count;
          dx[start + i] ${accumulate ? '+=' : '='} (g - (x[start + i] - mean) * projection) * r;
        }
        statistics[2u * index] = mean;
        statistics[2u * index + 1u] = r;`,
    },
    uniforms: ({ rows, width, weight, epsilon }) => [rows, width / pack, weight / pack, epsilon],
    workgroups: ({ rows }) => workgroupsFor(rows, ROWS_A_GROUP),
  }) satisfies Operation<RmsNormCall>;

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
