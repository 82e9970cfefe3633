/**
 * The backward of `attentionForward`, which recomputes probabilities from logSumExp; no atomics, one order of
 * summation. Queries without a gradient (padding, prompts in the last layer) are passed over.
 */
import { at, columnUniforms, dotted, load, LOG2_E, numbers, place } from './attentionShader.ts';
import { SIZES, vectorsOf, WORKGROUP, workgroupsOf } from './attentionShader.ts';
import type { Columns, Sizes } from './attentionShader.ts';
import type { Operation } from './kernel.ts';
import { repeat } from './wgsl.ts';

export type QueryGradientCall = Sizes & Readonly<Record<'q' | 'k' | 'v' | 'out' | 'dOut' | 'dQ', Columns>>;
export type KeyGradientCall = Sizes & Readonly<Record<'q' | 'k' | 'v' | 'dOut' | 'dK' | 'dV', Columns>>;

/** WGSL: has a loaded vector a value that is not 0? */
const someOf = (vectors: number, name: string): string =>
  Array.from({ length: vectors }, (_, i) => `any(${name}_${i} != vec4(0.0))`).join(' || ');

/** dQ from the gradient of out, and delta [batch, heads, length] = Σ dOut·out of a head, for the keys' gradient. */
export function attentionQueryGradient(headDim: number, rows = 1) {
  const vectors = vectorsOf(headDim);
  const kernel = {
    name: 'attention_query_gradient',
    buffers: {
      q: 'read vec4<f32>',
      k: 'read vec4<f32>',
      v: 'read vec4<f32>',
      out: 'read vec4<f32>',
      dOut: 'read vec4<f32>',
      logSumExp: 'read f32',
      dQ: 'write vec4<f32>',
      delta: 'write f32',
    },
    uniforms: { ...SIZES, ...columnUniforms('q', 'k', 'v', 'out', 'dOut', 'dQ') },
    workgroup: [WORKGROUP],
    body: `
      ${place(rows, 'u.heads')}
      let keyHead = head / sharing;
      var end = select(u.length, min(first + ${rows}u, u.length), u.causal == 1u);
      var some = false;
      ${repeat(
        rows,
        (r) => `
        let row${r} = min(first + ${r}u, u.length - 1u);
        let queryAt${r} = ${at('q', `row${r}`, 'head', vectors)};
        let gradientAt${r} = ${at('dOut', `row${r}`, 'head', vectors)};
        let outAt${r} = ${at('out', `row${r}`, 'head', vectors)};
        let entry${r} = index / tiles * u.length + row${r};
        let normal${r} = logSumExp[entry${r}] * ${LOG2_E};
        ${load(vectors, `q${r}`, 'q', `queryAt${r}`, `u.scale * ${LOG2_E}`)}
        ${load(vectors, `g${r}`, 'dOut', `gradientAt${r}`)}
        let delta${r} = ${dotted(vectors, (i) => [`g${r}_${i}`, `out[outAt${r} + ${i}u]`])};
        some = some || ${someOf(vectors, `g${r}`)};
        ${repeat(vectors, (i) => `var dQ${r}_${i} = vec4(0.0);`)}`,
      )}
      if (!some) { end = 0u; }
      for (var key = 0u; key < end; key++) {
        let keyAt = ${at('k', 'key', 'keyHead', vectors)};
        let valueAt = ${at('v', 'key', 'keyHead', vectors)};
        ${load(vectors, 'k', 'k', 'keyAt')}
        ${load(vectors, 'v', 'v', 'valueAt')}
        ${repeat(
          rows,
          (r) => `
          let s${r} = ${dotted(vectors, (i) => [`q${r}_${i}`, `k_${i}`])};
          let dP${r} = ${dotted(vectors, (i) => [`g${r}_${i}`, `v_${i}`])};
          let p${r} = exp2(select(s${r} - normal${r}, -1e30, u.causal == 1u && key > row${r}));
          let dS${r} = p${r} * (dP${r} - delta${r}) * u.scale;
          ${repeat(vectors, (i) => `dQ${r}_${i} += dS${r} * k_${i};`)}`,
        )}
      }
      ${repeat(
        rows,
        (r) => `if (first + ${r}u < u.length) {
        let to = ${at('dQ', `row${r}`, 'head', vectors)};
        ${repeat(vectors, (i) => `dQ[to + ${i}u] = dQ${r}_${i};`)}
        delta[entry${r}] = delta${r};
      }`,
      )}`,
  } as const;
  return {
    kernel,
    uniforms: ({ q, k, v, out, dOut, dQ, ...sizes }) => numbers(sizes, q, k, v, out, dOut, dQ),
    workgroups: (call) => workgroupsOf(call.heads, call, rows),
  } satisfies Operation<QueryGradientCall>;
}

/** dK and dV, both columns of the buffer `gradients`: each key sums over the queries that see it, last ones first. */
export function attentionKeyGradient(headDim: number, rows = 1) {
  const vectors = vectorsOf(headDim);
  const kernel = {
    name: 'attention_key_gradient',
    buffers: {
      q: 'read vec4<f32>',
      k: 'read vec4<f32>',
      v: 'read vec4<f32>',
      dOut: 'read vec4<f32>',
      logSumExp: 'read f32',
      delta: 'read f32',
      gradients: 'write vec4<f32>',
    },
    uniforms: { ...SIZES, ...columnUniforms('q', 'k', 'v', 'dOut', 'dK', 'dV') },
    workgroup: [WORKGROUP],
    // Neighbouring keys read the same query at the same time: all start at the last one.
    body: `
      ${place(rows, 'u.keyValueHeads')}
      ${repeat(
        rows,
        (r) => `
        let row${r} = min(first + ${r}u, u.length - 1u);
        let keyAt${r} = ${at('k', `row${r}`, 'head', vectors)};
        let valueAt${r} = ${at('v', `row${r}`, 'head', vectors)};
        ${load(vectors, `k${r}`, 'k', `keyAt${r}`, `u.scale * ${LOG2_E}`)}
        ${load(vectors, `v${r}`, 'v', `valueAt${r}`)}
        ${repeat(vectors, (i) => `var dK${r}_${i} = vec4(0.0);\n var dV${r}_${i} = vec4(0.0);`)}`,
      )}
      let unseen = select(0u, first, u.causal == 1u);
      for (var i = 0u; i < sharing; i++) {
        let queryHead = head * sharing + i;
        let entries = (start / u.length * u.heads + queryHead) * u.length;
        for (var end = u.length; end > unseen; end--) {
          let query = end - 1u;
          let gradientAt = ${at('dOut', 'query', 'queryHead', vectors)};
          ${load(vectors, 'g', 'dOut', 'gradientAt')}
          if (!(${someOf(vectors, 'g')})) { continue; }
          let queryAt = ${at('q', 'query', 'queryHead', vectors)};
          ${load(vectors, 'q', 'q', 'queryAt')}
          let normal = logSumExp[entries + query] * ${LOG2_E};
          let delta = delta[entries + query];
          ${repeat(
            rows,
            (r) => `
            let s${r} = ${dotted(vectors, (i) => [`k${r}_${i}`, `q_${i}`])};
            let dP${r} = ${dotted(vectors, (i) => [`v${r}_${i}`, `g_${i}`])};
            let p${r} = exp2(select(s${r} - normal, -1e30, u.causal == 1u && query < row${r}));
            let dS${r} = p${r} * (dP${r} - delta) * u.scale;
            ${repeat(vectors, (i) => `dK${r}_${i} += dS${r} * q_${i};\n dV${r}_${i} += p${r} * g_${i};`)}`,
          )}
        }
      }
      ${repeat(
        rows,
        (r) => `if (first + ${r}u < u.length) {
        let toKey = ${at('dK', `row${r}`, 'head', vectors)};
        let toValue = ${at('dV', `row${r}`, 'head', vectors)};
        ${repeat(vectors, (i) => `gradients[toKey + ${i}u] = dK${r}_${i};\n gradients[toValue + ${i}u] = dV${r}_${i};`)}
      }`,
      )}`,
  } as const;
  return {
    kernel,
    uniforms: ({ q, k, v, dOut, dK, dV, ...sizes }) => numbers(sizes, q, k, v, dOut, dK, dV),
    workgroups: (call) => workgroupsOf(call.keyValueHeads, call, rows),
  } satisfies Operation<KeyGradientCall>;
}
