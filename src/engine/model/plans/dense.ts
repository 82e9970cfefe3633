/** Dense layers and norms of a plan, by the names of their parameters. */
import { addParts, partsSize, type Layer, type LinearCall, type Store } from '../../compute/webgpu/linear.ts';
import { LINEAR } from '../../compute/webgpu/linearVariants.ts';
import {
  layerNormBackward,
  layerNormForward,
  layerNormWeightGradient,
  normChunks,
  normRowing,
  rmsNormBackward,
  rmsNormForward,
  rmsNormWeightGradient,
  sumPartials,
} from '../../compute/webgpu/norms.ts';
import type { FlatBuffer } from '../../compute/webgpu/flatBuffer.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';
import type { GradientContext, PlanContext } from './workspace.ts';

type Rows<S> = (sizes: S) => number;

/** A dense layer, or several that read the same input and whose outputs lie side by side. */
export interface Dense {
  readonly inputs: number;
  readonly layers: readonly Layer[];
  readonly bias: boolean;
  /** Default: all outputs. */
  readonly outStride?: number;
}

/** The named weights as one dense layer; with `bias` each has one. */
export function dense(
  parameters: FlatBuffer,
  names: readonly string[],
  { bias = false, outStride }: { bias?: boolean; outStride?: number } = {},
): Dense {
  const weights = names.map((name) => parameters.place(bias ? `${name}.weight` : name));
  const [, ...inputs] = weights[0].shape;
  return {
    inputs: inputs.reduce((a, b) => a * b, 1),
    layers: weights.map(({ offset, shape }, i) => ({
      outputs: shape[0],
      weight: offset,
      ...(bias ? { bias: parameters.place(`${names[i]}.bias`).offset } : {}),
    })),
    bias,
    outStride,
  };
}

const callOf = ({ inputs, layers, outStride }: Dense, rows: number): LinearCall => ({
  rows,
  inputs,
  layers,
  outStride,
});

/** out = x·Wᵀ (+ bias) (+ residual), and active = GELU of out where that is wanted. */
export function addDense<S>(
  plan: Plan<S>,
  { parameters, tuning }: PlanContext,
  layer: Dense,
  rows: Rows<S>,
  buffers: { x: GPUBuffer; out: GPUBuffer; residual?: GPUBuffer; active?: undefined } | ActivatedBuffers,
): void {
  const { x, out, residual, active } = buffers;
  const call = (sizes: S) => callOf(layer, rows(sizes));
  const bound = { x, parameters: parameters.buffer, out };
  const { forward } = LINEAR[tuning.matmul];
  if (active) plan.add(forward('gelu', layer), { ...bound, activated: active }, call);
  else if (residual) plan.add(forward('residual', layer), { ...bound, residual }, call);
  else plan.add(forward('plain', layer), bound, call);
}

interface ActivatedBuffers {
  readonly x: GPUBuffer;
  readonly out: GPUBuffer;
  readonly active: GPUBuffer;
  readonly residual?: undefined;
}

/** dx (set or added to) = dy·W. */
export function addDenseInputGradient<S>(
  plan: Plan<S>,
  { parameters, tuning }: PlanContext,
  layer: Dense,
  rows: Rows<S>,
  { dy, dx, store = 'set' }: { dy: GPUBuffer; dx: GPUBuffer; store?: Store },
): void {
  plan.add(LINEAR[tuning.matmul].inputGradient(store), { dy, parameters: parameters.buffer, dx }, (sizes) =>
    callOf(layer, rows(sizes)),
  );
}

/** Adds dyᵀ·x to the weights' gradients, and to the biases'. */
export function addDenseWeightGradient<S>(
  plan: Plan<S>,
  { gradients, tuning, workspace }: GradientContext,
  layer: Dense,
  rows: Rows<S>,
  { dy, x }: { dy: GPUBuffer; x: GPUBuffer },
): void {
  const { parts } = tuning;
  const operations = LINEAR[tuning.matmul];
  if (parts === 1) {
    plan.add(operations.weightGradient(layer), { dy, x, gradients }, (sizes) => callOf(layer, rows(sizes)));
    return;
  }
  const call = (sizes: S) => ({ ...callOf(layer, rows(sizes)), parts });
  const size = partsSize({ ...callOf(layer, 1), parts });
  const scratch = workspace.get(`parts of ${size}`, size);
  plan.add(operations.weightGradientParts, { dy, x, parts: scratch }, call);
  plan.add(addParts(layer), { parts: scratch, gradients }, call);
}

/** A norm's parameters: RMSNorm has a weight, LayerNorm a weight and a bias. */
export interface Norm {
  readonly width: number;
  readonly weight: number;
  readonly bias: number | null;
  readonly epsilon: number;
}

export function rms(parameters: FlatBuffer, name: string, epsilon: number): Norm {
  const { size, offset } = parameters.place(name);
  return { width: size, weight: offset, bias: null, epsilon };
}

export function layerNorm(parameters: FlatBuffer, name: string, epsilon: number): Norm {
  const { size, offset } = parameters.place(`${name}.weight`);
  return { width: size, weight: offset, bias: parameters.place(`${name}.bias`).offset, epsilon };
}

/** out = norm of the rows of x. */
export function addNorm<S>(
  plan: Plan<S>,
  { parameters, tuning }: PlanContext,
  { bias, ...norm }: Norm,
  rows: Rows<S>,
  { x, out }: { x: GPUBuffer; out: GPUBuffer },
): void {
  const { buffer } = parameters;
  const rowing = normRowing(norm.width, tuning.lanes);
  if (bias === null) {
    plan.add(rmsNormForward(rowing), { x, parameters: buffer, out }, (sizes) => ({
      ...norm,
      rows: rows(sizes),
    }));
  } else {
    plan.add(layerNormForward(rowing), { x, parameters: buffer, biases: buffer, out }, (sizes) => ({
      ...norm,
      bias,
      rows: rows(sizes),
    }));
  }
}

/** dx (written, or added to) from dy; the weight's gradient, and the bias', are added. `maxRows` of any run. */
export function addNormBackward<S>(
  plan: Plan<S>,
  { parameters, gradients, tuning, workspace }: GradientContext,
  { bias, ...norm }: Norm,
  rows: Rows<S>,
  maxRows: number,
  { x, dy, dx, accumulate }: { x: GPUBuffer; dy: GPUBuffer; dx: GPUBuffer; accumulate: boolean },
): void {
  const { width } = norm;
  const rowing = normRowing(width, tuning.lanes);
  const size = `${maxRows} × ${width}`;
  const statistics = workspace.get(`norm statistics ${size}`, 2 * maxRows);
  const partial = (of: string) => workspace.get(`norm ${of} ${size}`, normChunks(maxRows) * width);
  const backward = { x, parameters: parameters.buffer, dy, dx, statistics };
  const call = (sizes: S) => ({ ...norm, rows: rows(sizes) });
  const chunked = (sizes: S) => ({ rows: rows(sizes), width });
  const sum = (of: string, offset: number) => {
    plan.add(sumPartials(4), { partial: partial(of), gradients }, (sizes) => ({
      chunks: normChunks(rows(sizes)),
      width,
      offset,
    }));
  };
  if (bias === null) {
    plan.add(rmsNormBackward(rowing, { accumulate }), backward, call);
    plan.add(rmsNormWeightGradient(4), { x, dy, statistics, partial: partial('weights') }, chunked);
  } else {
    plan.add(layerNormBackward(rowing, { accumulate }), backward, call);
    const partials = { weightPartial: partial('weights'), biasPartial: partial('biases') };
    plan.add(layerNormWeightGradient(4), { x, dy, statistics, ...partials }, chunked);
  }
  sum('weights', norm.weight);
  if (bias !== null) sum('biases', bias);
}
