/**
 * Dense layers as torch.nn.Linear stores them, in the three products that training takes: x·Wᵀ, dy·W and dyᵀ·x. A call may
 * join up to three layers that read the same input (q, k, v; gate, up): their outputs are columns of one matrix.
 */
import { workgroupsFor } from './kernel.ts';

/** One layer: where its weight [outputs, inputs] and bias [outputs] start in the flat buffer, in floats. */
export interface Layer {
  /** A multiple of 4, but in the last layer of a call without bias. */
  readonly outputs: number;
  readonly weight: number;
  readonly bias?: number;
}

export interface LinearCall {
  readonly rows: number;
  /** A multiple of 4. */
  readonly inputs: number;
  /** Their outputs follow each other as columns. */
  readonly layers: readonly Layer[];
  /** Floats from one row of the outputs to the next, a multiple of 4; default: all outputs. */
  readonly outStride?: number;
}

export const LINEAR_UNIFORMS = {
  rows: 'u32',
  inputs: 'u32',
  outputs0: 'u32',
  outputs1: 'u32',
  outputs2: 'u32',
  weight0: 'u32',
  weight1: 'u32',
  weight2: 'u32',
  bias0: 'u32',
  bias1: 'u32',
  bias2: 'u32',
  outStride: 'u32',
} as const;

export const columnsOf = ({ layers }: LinearCall): number =>
  layers.reduce((sum, { outputs }) => sum + outputs, 0);

/** Values of LINEAR_UNIFORMS. */
export function linearUniforms(call: LinearCall): number[] {
  const of = (field: keyof Layer) => [0, 1, 2].map((i) => call.layers[i]?.[field] ?? 0);
  return [
    call.rows,
    call.inputs,
    ...of('outputs'),
    ...of('weight'),
    ...of('bias'),
    call.outStride ?? columnsOf(call),
  ];
}

/** WGSL: the layer a column lies in. */
export const LAYER_OF = `
struct Layer { first : u32, outputs : u32, weight : u32, bias : u32 }
fn layerOf(column : u32) -> Layer {
  if (column < u.outputs0) { return Layer(0u, u.outputs0, u.weight0, u.bias0); }
  if (column < u.outputs0 + u.outputs1) { return Layer(u.outputs0, u.outputs1, u.weight1, u.bias1); }
  return Layer(u.outputs0 + u.outputs1, u.outputs2, u.weight2, u.bias2);
}
fn columns() -> u32 { return u.outputs0 + u.outputs1 + u.outputs2; }`;

const WORKGROUP = 64;
export const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const quarters = (n: number): number => Math.ceil(n / 4);

/** Over what was there, or added to it. */
export type Store = 'set' | 'add';

export const FORWARD = { x: 'read vec4<f32>', parameters: 'read vec4<f32>', out: 'write f32' } as const;
export const FORWARD_RESIDUAL = {
  x: 'read vec4<f32>',
  parameters: 'read vec4<f32>',
  residual: 'read f32',
  out: 'write f32',
} as const;

function forward<const B extends typeof FORWARD | typeof FORWARD_RESIDUAL>(buffers: B, bias: boolean) {
  const residual = 'residual' in buffers;
  return {
    kernel: {
      name: `linear${bias ? '_bias' : ''}${residual ? '_residual' : ''}`,
      buffers,
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `
      let blocks = (columns() + 3u) / 4u;
      let row = index / blocks * 4u;
      if (row >= u.rows) { return; }
      let column = index % blocks * 4u;
      let layer = layerOf(column);
      let inLayer = column - layer.first;
      let deep = u.inputs / 4u;
      ${times(4, (i) => `let a${i} = min(row + ${i}u, u.rows - 1u) * deep;`)}
      ${times(4, (i) => `let b${i} = layer.weight / 4u + min(inLayer + ${i}u, layer.outputs - 1u) * deep;`)}
      ${times(4, (i) => `var acc${i} = vec4f();`)}
      for (var k = 0u; k < deep; k++) {
        let w = mat4x4f(${[0, 1, 2, 3].map((j) => `parameters[b${j} + k]`).join(', ')});
        ${times(4, (i) => `acc${i} += x[a${i} + k] * w;`)}
      }
      ${bias ? 'let offset = parameters[(layer.bias + inLayer) / 4u];' : ''}
      let count = min(4u, layer.outputs - inLayer);
      ${times(
        4,
        (i) => `if (row + ${i}u < u.rows) {
        let at = (row + ${i}u) * u.outStride + column;
        let value = acc${i}${bias ? ' + offset' : ''};
        for (var j = 0u; j < count; j++) { out[at + j] = value[j]${residual ? ' + residual[at + j]' : ''}; }
      }`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) =>
      workgroupsFor(quarters(call.rows) * quarters(columnsOf(call)), WORKGROUP),
  } as const;
}

/**
 * out [rows, columns] = x [rows, inputs] · Wᵀ (+ bias). One invocation computes 4 × 4 numbers in registers.
 */
export const linearForward = (options: { readonly bias: boolean }) => forward(FORWARD, options.bias);

/** The same plus a matrix of the output's shape and stride, which may not be the output itself. */
export const linearResidual = (options: { readonly bias: boolean }) =>
  forward(FORWARD_RESIDUAL, options.bias);

/** dx [rows, inputs] = dy [rows, columns] · W, set or added. Columns of dy between the outputs and its stride are 0. */
export const linearInputGradient = (store: Store) =>
  ({
    kernel: {
      name: `linear_input_gradient_${store}`,
      buffers: { dy: 'read vec4<f32>', parameters: 'read vec4<f32>', dx: 'write vec4<f32>' },
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `
      let wide = u.inputs / 4u;
      let row = index / wide * 4u;
      if (row >= u.rows) { return; }
      let at = index % wide;
      let stride = u.outStride / 4u;
      ${times(4, (i) => `let a${i} = min(row + ${i}u, u.rows - 1u) * stride;`)}
      ${times(4, (i) => `var acc${i} = vec4f();`)}
      var column = 0u;
      let end = columns();
      while (column < end) {
        let layer = layerOf(column);
        let top = layer.weight / 4u + at;
        let last = layer.outputs - 1u;
        for (var c = 0u; c < layer.outputs; c += 4u) {
          let w = mat4x4f(
            ${[0, 1, 2, 3].map((j) => `parameters[top + min(c + ${j}u, last) * wide]`).join(',\n            ')});
          let d = (column + c) / 4u;
          ${times(4, (i) => `acc${i} += w * dy[a${i} + d];`)}
        }
        column += layer.outputs;
      }
      ${times(
        4,
        (i) =>
          `if (row + ${i}u < u.rows) { dx[(row + ${i}u) * wide + at] ${store === 'add' ? '+=' : '='} acc${i}; }`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(quarters(call.rows) * (call.inputs / 4), WORKGROUP),
  }) as const;

const PRODUCT = `
      let wide = u.inputs / 4u;
      let stride = u.outStride / 4u;
      ${times(4, (i) => `var acc${i} = vec4f();`)}
      var sums = vec4f();
      for (var r = firstRow; r < endRow; r++) {
        let d = dy[r * stride + column / 4u];
        let v = x[r * wide + at];
        ${times(4, (i) => `acc${i} += d[${i}] * v;`)}
        sums += d;
      }`;

/**
 * Adds dyᵀ·x to the weights' gradients and, with `bias`, the column sums of dy to the biases': dy [rows, columns],
 * x [rows, inputs]. One invocation goes through all rows for 4 × 4 numbers.
 */
export const linearWeightGradient = ({ bias }: { readonly bias: boolean }) =>
  ({
    kernel: {
      name: `linear_weight_gradient${bias ? '_bias' : ''}`,
      buffers: { dy: 'read vec4<f32>', x: 'read vec4<f32>', gradients: 'write vec4<f32>' },
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `
      let column = index / (u.inputs / 4u) * 4u;
      let at = index % (u.inputs / 4u);
      if (column >= columns()) { return; }
      let firstRow = 0u;
      let endRow = u.rows;
      ${PRODUCT}
      let layer = layerOf(column);
      let inLayer = column - layer.first;
      let to = layer.weight / 4u + at;
      ${times(4, (i) => `if (inLayer + ${i}u < layer.outputs) { gradients[to + (inLayer + ${i}u) * wide] += acc${i}; }`)}
      ${bias ? 'if (at == 0u) { gradients[(layer.bias + inLayer) / 4u] += sums; }' : ''}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(quarters(columnsOf(call)) * (call.inputs / 4), WORKGROUP),
  }) as const;

/** Rows are shared out in `parts` of equal size, so that a large GPU has enough to do. */
export interface PartsCall extends LinearCall {
  readonly parts: number;
}

/** Floats that the parts of a call take: for each, a matrix [columns rounded up to 4, inputs] and its column sums. */
export const partsSize = (call: PartsCall): number =>
  call.parts * quarters(columnsOf(call)) * 4 * (call.inputs + 1);

export const PARTS_UNIFORMS = { ...LINEAR_UNIFORMS, parts: 'u32' } as const;
export const partsUniforms = (call: PartsCall): number[] => [...linearUniforms(call), call.parts];
const blocks = (call: LinearCall): number => quarters(columnsOf(call)) * (call.inputs / 4);

/** `linearWeightGradient` in two: the products of each part of the rows, … */
export const linearWeightGradientParts = {
  kernel: {
    name: 'linear_weight_gradient_parts',
    buffers: { dy: 'read vec4<f32>', x: 'read vec4<f32>', parts: 'write vec4<f32>' },
    uniforms: PARTS_UNIFORMS,
    workgroup: [WORKGROUP],
    declarations: LAYER_OF,
    body: `
      let blocks = (columns() + 3u) / 4u * (u.inputs / 4u);
      let part = index / blocks;
      if (part >= u.parts) { return; }
      let column = index % blocks / (u.inputs / 4u) * 4u;
      let at = index % (u.inputs / 4u);
      let each = (u.rows + u.parts - 1u) / u.parts;
      let firstRow = part * each;
      let endRow = min(u.rows, firstRow + each);
      ${PRODUCT}
      let whole = blocks * 4u + blocks / wide;
      let to = part * whole + column * wide + at;
      ${times(4, (i) => `parts[to + ${i}u * wide] = acc${i};`)}
      if (at == 0u) { parts[part * whole + blocks * 4u + column / 4u] = sums; }`,
  },
  uniforms: partsUniforms,
  workgroups: (call: PartsCall) => workgroupsFor(blocks(call) * call.parts, WORKGROUP),
} as const;

/** … and their sums, added to the gradients, always in the same order. */
export const addParts = ({ bias }: { readonly bias: boolean }) =>
  ({
    kernel: {
      name: `linear_add_parts${bias ? '_bias' : ''}`,
      buffers: { parts: 'read vec4<f32>', gradients: 'write vec4<f32>' },
      uniforms: PARTS_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `
      let wide = u.inputs / 4u;
      let blocks = (columns() + 3u) / 4u * wide;
      let whole = blocks * 4u + blocks / wide;
      if (index >= ${bias ? 'whole' : 'blocks * 4u'}) { return; }
      var sum = vec4f();
      for (var part = 0u; part < u.parts; part++) { sum += parts[part * whole + index]; }
      let column = select(index / wide, (index - blocks * 4u) * 4u, index >= blocks * 4u);
      let layer = layerOf(column);
      let inLayer = column - layer.first;
      if (inLayer >= layer.outputs) { return; }
      if (index < blocks * 4u) { gradients[layer.weight / 4u + inLayer * wide + index % wide] += sum; }
      else { gradients[(layer.bias + inLayer) / 4u] += sum; }`,
    },
    uniforms: partsUniforms,
    workgroups: (call: PartsCall) => workgroupsFor(quarters(columnsOf(call)) * (call.inputs + 1), WORKGROUP),
  }) as const;
