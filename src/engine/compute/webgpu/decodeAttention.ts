/**
 * Attention of one new token a row to the keys and values of its prompt, which the rows of a group share, and of the
 * tokens generated so far. The prompt's may lie in the prefill's own [groups·prefixRows, (heads + 2·keyValueHeads)·D]
 * result of that layer, and the own ones in any [rows·capacity, …]: columns say where, so nothing is copied.
 */
import { attendToBlock, columnUniforms, dotted, inVectors, load, LOG2_E } from './attentionShader.ts';
import { vectorsOf, WORKGROUP } from './attentionShader.ts';
import type { Columns } from './attentionShader.ts';
import { workgroupsFor, type Operation } from './kernel.ts';
import { repeat } from './wgsl.ts';

const MATRICES = ['q', 'k', 'v', 'prefixK', 'prefixV', 'ownK', 'ownV', 'out'] as const;

/** Columns of q, k and v of the new tokens in `qkv`, of both caches' keys and values, and of out. */
export interface DecodeAttentionCall extends Readonly<Record<(typeof MATRICES)[number], Columns>> {
  readonly rows: number;
  /** Row r reads the prompt of group ⌊r / rowsPerGroup⌋. */
  readonly rowsPerGroup: number;
  /** Rows of the prefix cache for a group, of which the first `prefixLengths[group]` count. */
  readonly prefixRows: number;
  /** Rows of the own cache for a row. */
  readonly capacity: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly scale: number;
}

/** Passes over keys 0 … count − 1 of one of the caches, a block a lane. */
const passOver = (cache: 'prefix' | 'own', start: string, vectors: number, lanes: number): string => `
  for (var key = 4u * lane; key < ${cache}Count; key += ${4 * lanes}u) {
    let last = ${cache}Count - 1u;
    ${attendToBlock({
      rows: 1,
      vectors,
      keys: cache,
      values: cache,
      keyAt: (key) => `(${start} + ${key}) * u.${cache}KStride + u.${cache}KOffset + keyHead * ${vectors}u`,
      valueAt: (key) => `(${start} + ${key}) * u.${cache}VStride + u.${cache}VOffset + keyHead * ${vectors}u`,
      lastOf: () => 'last',
    })}
  }`;

/** The lanes' results become one, in the order of the lanes. */
const merge = (vectors: number, lanes: number): string => `
  tops[lane] = top0;
  sums[lane] = sum0;
  ${repeat(vectors, (i) => `outs[lane * ${vectors}u + ${i}u] = out0_${i};`)}
  workgroupBarrier();
  if (idle) { return; }
  var top = tops[0];
  for (var i = 1u; i < ${lanes}u; i++) { top = max(top, tops[i]); }
  for (var part = lane; part < ${vectors}u; part += ${lanes}u) {
    var sum = 0.0;
    var value = vec4(0.0);
    for (var i = 0u; i < ${lanes}u; i++) {
      let weight = exp2(tops[i] - top);
      sum += weight * sums[i];
      value += weight * outs[i * ${vectors}u + part];
    }
    out[to + part] = value / sum;
  }`;

/**
 * Appends k and v of each row's token to its own cache at slot `state[0]`, the number of tokens it generated before,
 * and attends to the prompt, those tokens and itself: out [rows, heads·D]. Needs state[0] < capacity. Rows that are
 * `done` (not 0) are left as they are. An invocation a row and head; with `lanes` above 1 a workgroup of that many,
 * between which the keys are split (32 on a GPU, where rows are few).
 */
export function decodeAttention(headDim: number, lanes = 1) {
  const vectors = vectorsOf(headDim);
  const shared = `
    var<workgroup> tops : array<f32, ${lanes}>;
    var<workgroup> sums : array<f32, ${lanes}>;
    var<workgroup> outs : array<vec4<f32>, ${lanes * vectors}>;`;
  const kernel = {
    name: 'decode_attention',
    buffers: {
      qkv: 'read vec4<f32>',
      prefix: 'read vec4<f32>',
      prefixLengths: 'read i32',
      state: 'read u32',
      done: 'read u32',
      own: 'write vec4<f32>',
      out: 'write vec4<f32>',
    },
    uniforms: {
      rows: 'u32',
      rowsPerGroup: 'u32',
      prefixRows: 'u32',
      capacity: 'u32',
      heads: 'u32',
      keyValueHeads: 'u32',
      scale: 'f32',
      ...columnUniforms(...MATRICES),
    },
    workgroup: [lanes === 1 ? WORKGROUP : lanes],
    declarations: lanes === 1 ? '' : shared,
    // The token itself is read from qkv: what one invocation writes into the cache, none reads in this dispatch.
    body: `
      let place = ${lanes === 1 ? 'index' : 'group.x + group.y * groups.x'};
      let lane = ${lanes === 1 ? '0u' : 'local'};
      let row = min(place / u.heads, u.rows - 1u);
      let head = place % u.heads;
      let sharing = u.heads / u.keyValueHeads;
      let keyHead = head / sharing;
      let idle = place >= u.rows * u.heads || done[row] != 0u;
      ${lanes === 1 ? 'if (idle) { return; }' : ''}
      let position = min(state[0], u.capacity - 1u);
      let prefixCount = select(u32(prefixLengths[row / u.rowsPerGroup]), 0u, idle);
      let ownCount = select(position, 0u, idle);
      let queryAt = row * u.qStride + u.qOffset + head * ${vectors}u;
      let keyAt = row * u.kStride + u.kOffset + keyHead * ${vectors}u;
      let valueAt = row * u.vStride + u.vOffset + keyHead * ${vectors}u;
      let to = row * u.outStride + u.outOffset + head * ${vectors}u;
      ${load(vectors, 'q0', 'qkv', 'queryAt', `u.scale * ${LOG2_E}`)}
      var top0 = -1e30;
      var sum0 = 0.0;
      ${repeat(vectors, (i) => `var out0_${i} = vec4(0.0);`)}
      if (lane == 0u && !idle) {
        ${load(vectors, 'k', 'qkv', 'keyAt')}
        ${load(vectors, 'v', 'qkv', 'valueAt')}
        top0 = ${dotted(vectors, (i) => [`q0_${i}`, `k_${i}`])};
        sum0 = 1.0;
        ${repeat(vectors, (i) => `out0_${i} = v_${i};`)}
        if (head % sharing == 0u) {
          let slot = row * u.capacity + position;
          ${repeat(
            vectors,
            (i) => `
            own[slot * u.ownKStride + u.ownKOffset + keyHead * ${vectors}u + ${i}u] = k_${i};
            own[slot * u.ownVStride + u.ownVOffset + keyHead * ${vectors}u + ${i}u] = v_${i};`,
          )}
        }
      }
      ${passOver('prefix', 'row / u.rowsPerGroup * u.prefixRows', vectors, lanes)}
      ${passOver('own', 'row * u.capacity', vectors, lanes)}
      ${lanes === 1 ? repeat(vectors, (i) => `out[to + ${i}u] = out0_${i} / sum0;`) : merge(vectors, lanes)}`,
  } as const;
  return {
    kernel,
    uniforms: ({ rows, rowsPerGroup, prefixRows, capacity, heads, keyValueHeads, scale, ...columns }) => [
      ...[rows, rowsPerGroup, prefixRows, capacity, heads, keyValueHeads, scale],
      ...inVectors(MATRICES.map((name) => columns[name])),
    ],
    workgroups: ({ rows, heads }) => workgroupsFor(rows * heads, lanes === 1 ? WORKGROUP : 1),
  } satisfies Operation<DecodeAttentionCall>;
}
