/** AdamW over flat buffers: the norm of all gradients, the clip factor and the update, without a read-back between. */
import { workgroupsFor } from './kernel.ts';

/** Invocations that add up squares; a second dispatch adds up their sums. */
export const NORM_PARTS = 1024;
const WORKGROUP = 64;

/** gradients → the sums of squares of NORM_PARTS interleaved shares. Call: how many groups of four floats. */
export const squares = {
  kernel: {
    name: 'adamw_squares',
    buffers: { gradients: 'read vec4<f32>', parts: 'write f32' },
    uniforms: { quads: 'u32' },
    workgroup: [WORKGROUP],
    body: `
      if (index >= ${NORM_PARTS}u) { return; }
      var sum = 0.0;
      for (var i = index; i < u.quads; i += ${NORM_PARTS}u) { sum += dot(gradients[i], gradients[i]); }
      parts[index] = sum;`,
  },
  uniforms: (quads: number) => [quads],
  workgroups: () => workgroupsFor(NORM_PARTS, WORKGROUP),
} as const;

/** WGSL: by its bits, because a shader may assume that there is no NaN and no infinity. */
const IS_FINITE = 'fn isFinite(x : f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }';

/** values → guard[0] = 1 where one of them is not finite; what was there stays. Call: how many values. */
export const guardFinite = {
  kernel: {
    name: 'adamw_guard',
    buffers: { values: 'read f32', guard: 'write u32' },
    uniforms: { count: 'u32' },
    workgroup: [1],
    declarations: IS_FINITE,
    body: `
      for (var i = 0u; i < u.count; i++) {
        if (!isFinite(values[i])) { guard[0] = 1u; }
      }`,
  },
  uniforms: (count: number) => [count],
  workgroups: () => workgroupsFor(1, 1),
} as const;

/**
 * → state[0]: the norm before clipping; state[1]: the factor that clips it, as torch.nn.utils.clip_grad_norm_ has it;
 * state[2]: 1 where the norm is not finite or the guard is set, and nothing may change; state[3]: the guard. Call: the largest norm.
 */
export const clipFactor = {
  kernel: {
    name: 'adamw_clip_factor',
    buffers: { parts: 'read f32', guard: 'read u32', state: 'write f32' },
    uniforms: { maxNorm: 'f32' },
    workgroup: [1],
    declarations: IS_FINITE,
    body: `
      var sum = 0.0;
      for (var i = 0u; i < ${NORM_PARTS}u; i++) { sum += parts[i]; }
      let norm = sqrt(sum);
      state[0] = norm;
      state[1] = min(1.0, u.maxNorm / (norm + 1e-6));
      state[2] = select(1.0, 0.0, isFinite(sum) && guard[0] == 0u);
      state[3] = f32(guard[0]);`,
  },
  uniforms: (maxNorm: number) => [maxNorm],
  workgroups: () => workgroupsFor(1, 1),
} as const;

export interface UpdateCall {
  /** First float and number of floats, multiples of 4. */
  readonly first: number;
  readonly count: number;
  /** 1 − lr·weightDecay. */
  readonly decay: number;
  readonly beta1: number;
  readonly beta2: number;
  /** lr / (1 − beta1^t). */
  readonly stepSize: number;
  /** 1 / √(1 − beta2^t). */
  readonly rootCorrection: number;
  readonly epsilon: number;
}

/** Parameters and moments after one step. Changes nothing where the norm is not finite. */
export const update = {
  kernel: {
    name: 'adamw_update',
    buffers: {
      gradients: 'read vec4<f32>',
      state: 'read f32',
      parameters: 'write vec4<f32>',
      first: 'write vec4<f32>',
      second: 'write vec4<f32>',
    },
    uniforms: {
      start: 'u32',
      quads: 'u32',
      decay: 'f32',
      fresh1: 'f32',
      beta2: 'f32',
      fresh2: 'f32',
      stepSize: 'f32',
      rootCorrection: 'f32',
      epsilon: 'f32',
    },
    workgroup: [WORKGROUP],
    body: `
      if (index >= u.quads || state[2] != 0.0) { return; }
      let i = u.start + index;
      let g = gradients[i] * state[1];
      let m = first[i] + (g - first[i]) * u.fresh1;
      let v = second[i] * u.beta2 + g * g * u.fresh2;
      first[i] = m;
      second[i] = v;
      parameters[i] = parameters[i] * u.decay - u.stepSize * m / (sqrt(v) * u.rootCorrection + u.epsilon);`,
  },
  uniforms: (call: UpdateCall) => [
    call.first / 4,
    call.count / 4,
    call.decay,
    1 - call.beta1,
    call.beta2,
    1 - call.beta2,
    call.stepSize,
    call.rootCorrection,
    call.epsilon,
  ],
  workgroups: ({ count }: UpdateCall) => workgroupsFor(count / 4, WORKGROUP),
} as const;
