/**
 * Dense layers as torch.nn.Linear stores them, in the three products that training takes: x·Wᵀ, dy·W and dyᵀ·x. A call may
 * join up to three layers that read the same input (q, k, v; gate, up): their outputs are columns of one matrix. Here is
 * what the ways to compute them share (linearRegisters.ts, linearTiles.ts; linearVariants.ts chooses).
 */
import { GELU } from './activations.ts';
import { workgroupsFor, type Kernel, type Operation } from './kernel.ts';

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

export const WORKGROUP = 64;

const quarters = (n: number): number => Math.ceil(n / 4);

/** Over what was there, or added to it. */
export type Store = 'set' | 'add';

const PRODUCT = { x: 'read vec4<f32>', parameters: 'read vec4<f32>' } as const;

/** Buffers of the forward product, by what becomes of x·Wᵀ (+ bias). */
export const FORWARD = {
  /** It is the output. */
  plain: { ...PRODUCT, out: 'write f32' },
  /** A matrix of the output's shape and stride, which may not be the output itself, is added. */
  residual: { ...PRODUCT, residual: 'read f32', out: 'write f32' },
  /** Besides the output, GELU of it. */
  gelu: { ...PRODUCT, out: 'write f32', activated: 'write f32' },
} as const;
export type Forward = keyof typeof FORWARD;

/** Ending of a forward kernel's name. */
export const forwardName = (kind: Forward, bias: boolean): string =>
  `${bias ? '_bias' : ''}${kind === 'plain' ? '' : `_${kind}`}`;

/** WGSL: `finish(at, value)` puts x·Wᵀ (+ bias) where it belongs, `at` a float of the output. */
export const FINISH: Readonly<Record<Forward, string>> = {
  plain: 'fn finish(at : u32, value : f32) { out[at] = value; }',
  residual: 'fn finish(at : u32, value : f32) { out[at] = value + residual[at]; }',
  gelu: `${GELU}
fn finish(at : u32, value : f32) {
  out[at] = value;
  activated[at] = gelu(value);
}`,
};

/** A way to compute dense layers. Rows of dy and of the outputs are `outStride` floats apart. */
export interface LinearOperations {
  /** out [rows, columns] = x [rows, inputs] · Wᵀ (+ bias). */
  readonly forward: <K extends Forward>(
    kind: K,
    options: { readonly bias: boolean },
  ) => Operation<LinearCall, KernelWith<(typeof FORWARD)[K]>>;
  /** dx [rows, inputs] = dy [rows, columns] · W, set or added. Columns of dy between the outputs and its stride are 0. */
  readonly inputGradient: (store: Store) => Operation<LinearCall, KernelWith<typeof INPUT_GRADIENT>>;
  /** Adds dyᵀ·x to the weights' gradients and, with `bias`, the column sums of dy to the biases'. */
  readonly weightGradient: (options: {
    readonly bias: boolean;
  }) => Operation<LinearCall, KernelWith<typeof WEIGHT_GRADIENT>>;
  /** The same in two: the products of each part of the rows, which `addParts` sums. */
  readonly weightGradientParts: Operation<PartsCall, KernelWith<typeof WEIGHT_GRADIENT_PARTS>>;
}
type KernelWith<B extends Kernel['buffers']> = Kernel & { readonly buffers: B };

export const INPUT_GRADIENT = {
  dy: 'read vec4<f32>',
  parameters: 'read vec4<f32>',
  dx: 'write vec4<f32>',
} as const;
export const WEIGHT_GRADIENT = {
  dy: 'read vec4<f32>',
  x: 'read vec4<f32>',
  gradients: 'write vec4<f32>',
} as const;
export const WEIGHT_GRADIENT_PARTS = {
  dy: 'read vec4<f32>',
  x: 'read vec4<f32>',
  parts: 'write vec4<f32>',
} as const;

/** Rows are shared out in `parts` of equal size, so that a large GPU has enough to do. */
export interface PartsCall extends LinearCall {
  readonly parts: number;
}

/** Floats that the parts of a call take: for each, a matrix [columns rounded up to 4, inputs] and its column sums. */
export const partsSize = (call: PartsCall): number =>
  call.parts * quarters(columnsOf(call)) * 4 * (call.inputs + 1);

export const PARTS_UNIFORMS = { ...LINEAR_UNIFORMS, parts: 'u32' } as const;
export const partsUniforms = (call: PartsCall): number[] => [...linearUniforms(call), call.parts];

/** The sums of `weightGradientParts`, added to the gradients, always in the same order. */
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
