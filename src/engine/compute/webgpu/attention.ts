/**
 * Softmax attention for training, forward and recomputing backward. Every matrix is rows of tokens, [batch·length, …],
 * in which head h takes `headDim` columns from h·headDim after the matrix's offset, so that q, k and v may be columns
 * of one buffer. Query head h reads key-value head ⌊h·keyValueHeads/heads⌋. No barriers: an invocation holds a few
 * queries (or keys) in registers and passes over the other side.
 */
import {
  at,
  attendToBlock,
  columnUniforms,
  load,
  LOG2_E,
  numbers,
  place,
  SIZES,
  vectorsOf,
  WORKGROUP,
  workgroupsOf,
} from './attentionShader.ts';
import type { Columns, Sizes } from './attentionShader.ts';
import type { Operation } from './kernel.ts';
import { repeat } from './wgsl.ts';

export type AttentionCall = Sizes & Readonly<Record<'q' | 'k' | 'v' | 'out', Columns>>;

/**
 * out = softmax(q·kᵀ·scale)·v, and logSumExp [batch, heads, length] of the scaled scores, nats. `rows` queries an
 * invocation share what they read of keys and values: see `rowsFor`.
 */
export function attentionForward(headDim: number, rows = 1) {
  const vectors = vectorsOf(headDim);
  const kernel = {
    name: 'attention_forward',
    buffers: {
      q: 'read vec4<f32>',
      k: 'read vec4<f32>',
      v: 'read vec4<f32>',
      out: 'write vec4<f32>',
      logSumExp: 'write f32',
    },
    uniforms: { ...SIZES, ...columnUniforms('q', 'k', 'v', 'out') },
    workgroup: [WORKGROUP],
    body: `
      ${place(rows, 'u.heads')}
      let keyHead = head / sharing;
      let last = select(u.length, min(first + ${rows}u, u.length), u.causal == 1u) - 1u;
      ${repeat(
        rows,
        (r) => `
        let row${r} = min(first + ${r}u, u.length - 1u);
        let begin${r} = ${at('q', `row${r}`, 'head', vectors)};
        let last${r} = select(last, row${r}, u.causal == 1u);
        var top${r} = -1e30;
        var sum${r} = 0.0;
        ${load(vectors, `q${r}`, 'q', `begin${r}`, `u.scale * ${LOG2_E}`)}
        ${repeat(vectors, (i) => `var out${r}_${i} = vec4(0.0);`)}`,
      )}
      for (var key = 0u; key <= last; key += 4u) {
        ${attendToBlock({
          rows,
          vectors,
          keys: 'k',
          values: 'v',
          keyAt: (key) => at('k', key, 'keyHead', vectors),
          valueAt: (key) => at('v', key, 'keyHead', vectors),
          lastOf: (r) => `last${r}`,
        })}
      }
      ${repeat(
        rows,
        (r) => `if (first + ${r}u < u.length) {
        let to = ${at('out', `row${r}`, 'head', vectors)};
        ${repeat(vectors, (i) => `out[to + ${i}u] = out${r}_${i} / sum${r};`)}
        logSumExp[index / tiles * u.length + row${r}] = (top${r} + log2(sum${r})) / ${LOG2_E};
      }`,
      )}`,
  } as const;
  return {
    kernel,
    uniforms: ({ q, k, v, out, ...sizes }) => numbers(sizes, q, k, v, out),
    workgroups: (call) => workgroupsOf(call.heads, call, rows),
  } satisfies Operation<AttentionCall>;
}

export { attentionKeyGradient, attentionQueryGradient } from './attentionGradients.ts';
