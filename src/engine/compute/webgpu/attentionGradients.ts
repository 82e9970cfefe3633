/** The backward of `attentionForward`, which recomputes probabilities from logSumExp; no atomics, one order of summation. */
import {
  at,
  BLOCK,
  columnUniforms,
  dotted,
  load,
  LOG2_E,
  numbers,
  place,
  repeat,
  rowsInRegisters,
  SIZES,
  vectorsOf,
  WORKGROUP,
  workgroupsOf,
} from './attentionShader.ts';
import type { Columns, Sizes } from './attentionShader.ts';
import type { Operation } from './kernel.ts';

export type QueryGradientCall = Sizes & Readonly<Record<'q' | 'k' | 'v' | 'out' | 'dOut' | 'dQ', Columns>>;
export type KeyGradientCall = Sizes & Readonly<Record<'q' | 'k' | 'v' | 'dOut' | 'dK' | 'dV', Columns>>;

/**
 * dQ from the gradient of out, and delta [batch, heads, length] = Σ dOut·out of each head, which the keys' gradient
 * reads. Probabilities are recomputed. Queries without a gradient (padding, prompts in the last layer) cost nothing.
 */
export function attentionQueryGradient(headDim: number, rows = rowsInRegisters(headDim)) {
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
      let last = select(u.length, min(first + ${rows}u, u.length), u.causal == 1u) - 1u;
      var some = false;
      ${repeat(
        rows,
        (r) => `
        let row${r} = min(first + ${r}u, u.length - 1u);
        let begin${r} = ${at('q', `row${r}`, 'head', vectors)};
        let gradient${r} = ${at('dOut', `row${r}`, 'head', vectors)};
        let outAt${r} = ${at('out', `row${r}`, 'head', vectors)};
        let last${r} = select(last, row${r}, u.causal == 1u);
        let entry${r} = index / tiles * u.length + row${r};
        let normal${r} = logSumExp[entry${r}] * ${LOG2_E};
        ${load(vectors, `q${r}`, 'q', `begin${r}`, `u.scale * ${LOG2_E}`)}
        ${load(vectors, `g${r}`, 'dOut', `gradient${r}`)}
        ${repeat(
          vectors,
          (i) => `
          some = some || any(g${r}_${i} != vec4(0.0));
          var dQ${r}_${i} = vec4(0.0);`,
        )}
        let delta${r} = ${dotted(vectors, (i) => [`g${r}_${i}`, `out[outAt${r} + ${i}u]`])};`,
      )}
      for (var key = 0u; key <= last && some; key += 4u) {
        let keys = key + vec4(0u, 1u, 2u, 3u);
        ${repeat(
          rows,
          (r) => `
          var s${r} : vec4<f32>;
          var dP${r} : vec4<f32>;`,
        )}
        ${repeat(
          4,
          (c) => `
          let key${c} = ${at('k', `min(keys[${c}], last)`, 'keyHead', vectors)};
          let value${c} = ${at('v', `min(keys[${c}], last)`, 'keyHead', vectors)};
          ${load(vectors, `k${c}`, 'k', `key${c}`)}
          ${load(vectors, `v${c}`, 'v', `value${c}`)}
          ${repeat(
            rows,
            (r) => `
            s${r}[${c}] = ${dotted(vectors, (i) => [`q${r}_${i}`, `k${c}_${i}`])};
            dP${r}[${c}] = ${dotted(vectors, (i) => [`g${r}_${i}`, `v${c}_${i}`])};`,
          )}`,
        )}
        ${repeat(
          rows,
          (r) => `
          let p${r} = exp2(select(vec4(-1e30), s${r} - normal${r}, keys <= vec4(last${r})));
          let dS${r} = p${r} * (dP${r} - delta${r}) * u.scale;
          ${repeat(vectors, (i) => `dQ${r}_${i} += ${BLOCK.map((c) => `dS${r}[${c}] * k${c}_${i}`).join(' + ')};`)}`,
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
export function attentionKeyGradient(headDim: number, rows = rowsInRegisters(headDim)) {
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
        let key${r} = ${at('k', `row${r}`, 'head', vectors)};
        let value${r} = ${at('v', `row${r}`, 'head', vectors)};
        let sees${r} = select(0u, row${r}, u.causal == 1u);
        ${load(vectors, `k${r}`, 'k', `key${r}`, `u.scale * ${LOG2_E}`)}
        ${load(vectors, `v${r}`, 'v', `value${r}`)}
        ${repeat(
          vectors,
          (i) => `
          var dK${r}_${i} = vec4(0.0);
          var dV${r}_${i} = vec4(0.0);`,
        )}`,
      )}
      let blocks = (u.length + 3u) / 4u;
      let skipped = sees0 / 4u;
      for (var i = 0u; i < sharing; i++) {
        let query = head * sharing + i;
        let entry = (start / u.length * u.heads + query) * u.length;
        for (var block = blocks; block > skipped; block--) {
          let queries = block * 4u - vec4(4u, 3u, 2u, 1u);
          let rows = min(queries, vec4(u.length - 1u));
          var some = false;
          ${repeat(
            4,
            (c) => `
            let gradient${c} = ${at('dOut', `rows[${c}]`, 'query', vectors)};
            ${load(vectors, `g${c}`, 'dOut', `gradient${c}`)}
            ${repeat(vectors, (i) => `some = some || any(g${c}_${i} != vec4(0.0));`)}`,
          )}
          if (!some) { continue; }
          ${repeat(
            4,
            (c) => `
            let query${c} = ${at('q', `rows[${c}]`, 'query', vectors)};
            ${load(vectors, `q${c}`, 'q', `query${c}`)}`,
          )}
          let normal = vec4(${BLOCK.map((c) => `logSumExp[entry + rows[${c}]]`).join(', ')}) * ${LOG2_E};
          let deltas = vec4(${BLOCK.map((c) => `delta[entry + rows[${c}]]`).join(', ')});
          ${repeat(
            rows,
            (r) => `
            let s${r} = vec4(${BLOCK.map((c) => dotted(vectors, (i) => [`k${r}_${i}`, `q${c}_${i}`])).join(', ')});
            let dP${r} = vec4(${BLOCK.map((c) => dotted(vectors, (i) => [`v${r}_${i}`, `g${c}_${i}`])).join(', ')});
            let seen${r} = (queries >= vec4(sees${r})) & (queries < vec4(u.length));
            let p${r} = exp2(select(vec4(-1e30), s${r} - normal, seen${r}));
            let dS${r} = p${r} * (dP${r} - deltas) * u.scale;
            ${repeat(
              vectors,
              (i) => `
              dK${r}_${i} += ${BLOCK.map((c) => `dS${r}[${c}] * q${c}_${i}`).join(' + ')};
              dV${r}_${i} += ${BLOCK.map((c) => `p${r}[${c}] * g${c}_${i}`).join(' + ')};`,
            )}`,
          )}
        }
      }
      ${repeat(
        rows,
        (r) => `if (first + ${r}u < u.length) {
        let toKey = ${at('dK', `row${r}`, 'head', vectors)};
        let toValue = ${at('dV', `row${r}`, 'head', vectors)};
        ${repeat(
          vectors,
          (i) => `
          gradients[toKey + ${i}u] = dK${r}_${i};
          gradients[toValue + ${i}u] = dV${r}_${i};`,
        )}
      }`,
      )}`,
  } as const;
  return {
    kernel,
    uniforms: ({ q, k, v, dOut, dK, dV, ...sizes }) => numbers(sizes, q, k, v, dOut, dK, dV),
    workgroups: (call) => workgroupsOf(call.keyValueHeads, call, rows),
  } satisfies Operation<KeyGradientCall>;
}
