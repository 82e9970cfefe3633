/**
 * A whole layer of the language model for one new token a row, in one dispatch: rows do not see each other, so a
 * workgroup takes its row from the layer's input to its output. Every workgroup reads all of the layer's weights,
 * which pays while they are few; and it has barriers, which software adapters are slow at.
 */
import { LOG2_E, load, dotted, vectorsOf } from './attentionShader.ts';
import { workgroupsFor, type Operation } from './kernel.ts';
import { repeat } from './wgsl.ts';

const LANES = 64;
/** Weights of a layer, floats, up to which this pays. */
const MOST_WEIGHTS = 2 ** 17;
/** Of workgroup memory that every device has, bytes. */
const MOST_SHARED = 16384;

export interface LayerShape {
  /** Of the stream. */
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** Of the MLP. */
  readonly inner: number;
}

const widthsOf = ({ heads, keyValueHeads, headDim }: LayerShape) => ({
  queries: heads * headDim,
  qkv: (heads + 2 * keyValueHeads) * headDim,
});

/** Is a layer small enough? All widths are multiples of 4. */
export function layerFits(shape: LayerShape): boolean {
  const { width, heads, headDim, inner } = shape;
  const { queries, qkv } = widthsOf(shape);
  const shared = 4 * (2 * width + queries + qkv + inner + LANES * (2 + headDim));
  const weights = width * (qkv + queries + 3 * inner);
  return LANES % heads === 0 && shared <= MOST_SHARED && weights <= MOST_WEIGHTS;
}

export interface DecodeLayerCall {
  readonly rows: number;
  /** Row r reads the prompt of group ⌊r / rowsPerGroup⌋. */
  readonly rowsPerGroup: number;
  /** Rows of the prefix cache for a group. */
  readonly prefixRows: number;
  /** Rows of the own cache for a row. */
  readonly capacity: number;
  readonly epsilon: number;
  /** Float offsets in the parameters. */
  readonly norm1: number;
  readonly q: number;
  readonly k: number;
  readonly v: number;
  readonly project: number;
  readonly norm2: number;
  readonly gate: number;
  readonly up: number;
  readonly down: number;
  /** The final norm, which the last layer's output goes through; null: this is not the last. */
  readonly finalNorm: number | null;
}

const OFFSETS = ['norm1', 'q', 'k', 'v', 'project', 'norm2', 'gate', 'up', 'down'] as const;

/** For each of `count` numbers, by the lanes in turn. */
const each = (name: string, count: number, body: string): string =>
  `for (var ${name} = lane; ${name} < ${count}u; ${name} += ${LANES}u) { ${body} }`;

/** Passes over keys 0 … count − 1 of a cache, a key a lane of the head. */
const passOver = (cache: string, count: string, keyAt: string, valueAt: string, vectors: number): string => `
  for (var key = part; key < ${count}; key += parts) {
    ${load(vectors, 'k', cache, keyAt)}
    ${load(vectors, 'v', cache, valueAt)}
    let score = ${dotted(vectors, (i) => [`q_${i}`, `k_${i}`])};
    let newTop = max(top, score);
    let keep = exp2(top - newTop);
    let p = exp2(score - newTop);
    top = newTop;
    sum = sum * keep + p;
    ${repeat(vectors, (i) => `out_${i} = out_${i} * keep + p * v_${i};`)}
  }`;

/**
 * x [rows, width] in place: input → output of the layer, normed where it is the last. Of the prompt and of the
 * tokens before, it reads keys and values as `decodeAttention` does: prefix [groups·prefixRows, q + k + v], of which
 * lengths[group] count, and own [rows·capacity, k + v], to which it adds the token's at slot state[0]. cosine, sine
 * [positions, headDim/2].
 */
export function decodeLayer(shape: LayerShape) {
  const { width, heads, keyValueHeads, headDim, inner } = shape;
  const { queries, qkv } = widthsOf(shape);
  const vectors = vectorsOf(headDim);
  const half = headDim / 2;
  const keyWidth = keyValueHeads * headDim;
  const kernel = {
    name: 'decode_layer',
    buffers: {
      parameters: 'read vec4<f32>',
      prefix: 'read vec4<f32>',
      lengths: 'read i32',
      state: 'read u32',
      cosine: 'read f32',
      sine: 'read f32',
      own: 'write vec4<f32>',
      x: 'write f32',
    },
    uniforms: {
      rows: 'u32',
      rowsPerGroup: 'u32',
      prefixRows: 'u32',
      capacity: 'u32',
      epsilon: 'f32',
      ...(Object.fromEntries(OFFSETS.map((name) => [name, 'u32'])) as Record<
        (typeof OFFSETS)[number],
        'u32'
      >),
      isLast: 'u32',
      finalNorm: 'u32',
    },
    workgroup: [LANES],
    declarations: `
      var<workgroup> stream : array<f32, ${width}>;
      var<workgroup> normed : array<f32, ${width}>;
      var<workgroup> qkv : array<f32, ${qkv}>;
      var<workgroup> mixed : array<f32, ${queries}>;
      var<workgroup> gated : array<f32, ${inner}>;
      var<workgroup> tops : array<f32, ${LANES}>;
      var<workgroup> sums : array<f32, ${LANES}>;
      var<workgroup> outs : array<vec4<f32>, ${LANES * vectors}>;
      fn scale() -> f32 {
        var squares = 0.0;
        for (var i = 0u; i < ${width}u; i++) { squares += stream[i] * stream[i]; }
        return inverseSqrt(squares / ${width}.0 + u.epsilon);
      }
      fn weight(vectors : u32, i : u32) -> f32 { return parameters[vectors + i / 4u][i % 4u]; }
      /** Row \`row\` of a matrix times what is shared. */
      ${[
        ['normed', width],
        ['mixed', queries],
        ['gated', inner],
      ]
        .map(
          ([name, size]) => `
      fn times_${name}(matrix : u32, row : u32) -> f32 {
        var sum = 0.0;
        let start = matrix + row * ${Number(size) / 4}u;
        for (var k = 0u; k < ${Number(size) / 4}u; k++) {
          let at = 4u * k;
          sum += dot(parameters[start + k], vec4(${name}[at], ${name}[at + 1u], ${name}[at + 2u], ${name}[at + 3u]));
        }
        return sum;
      }`,
        )
        .join('')}`,
    body: `
      let row = group.x + group.y * groups.x;
      let lane = local;
      if (row >= u.rows) { return; }
      let its = row / u.rowsPerGroup;
      let slot = min(state[0], u.capacity - 1u);
      let prefixCount = u32(lengths[its]);
      ${each('i', width, `stream[i] = x[row * ${width}u + i];`)}
      workgroupBarrier();
      let scale1 = scale();
      ${each('i', width, 'normed[i] = stream[i] * scale1 * weight(u.norm1, i);')}
      workgroupBarrier();
      ${each(
        'c',
        qkv,
        `
        if (c < ${queries}u) { qkv[c] = times_normed(u.q, c); }
        else if (c < ${queries + keyWidth}u) { qkv[c] = times_normed(u.k, c - ${queries}u); }
        else { qkv[c] = times_normed(u.v, c - ${queries + keyWidth}u); }`,
      )}
      workgroupBarrier();
      ${each(
        'pair',
        (queries + keyWidth) / 2,
        `
        let i = pair % ${half}u;
        let a = 2u * (pair - i) + i;
        let b = a + ${half}u;
        let at = (prefixCount + slot) * ${half}u + i;
        let first = qkv[a];
        let second = qkv[b];
        qkv[a] = first * cosine[at] - second * sine[at];
        qkv[b] = second * cosine[at] + first * sine[at];`,
      )}
      workgroupBarrier();
      ${each(
        't',
        keyWidth / 2,
        `
        let at = ${queries}u + 4u * t;
        own[(row * u.capacity + slot) * ${keyWidth / 2}u + t] = vec4(qkv[at], qkv[at + 1u], qkv[at + 2u], qkv[at + 3u]);`,
      )}
      const parts = ${LANES / heads}u;
      let head = lane / parts;
      let part = lane % parts;
      let keyHead = head / ${heads / keyValueHeads}u;
      let q = head * ${headDim}u;
      ${repeat(
        vectors,
        (i) => `
        let q_${i} = vec4(${[0, 1, 2, 3].map((j) => `qkv[q + ${4 * i + j}u]`).join(', ')}) * ${LOG2_E / Math.sqrt(headDim)};
        var out_${i} = vec4(0.0);`,
      )}
      var top = -1e30;
      var sum = 0.0;
      if (part == 0u) {
        let k = ${queries}u + keyHead * ${headDim}u;
        let v = k + ${keyWidth}u;
        sum = 1.0;
        top = 0.0;
        ${repeat(
          vectors,
          (i) => `
        top += dot(q_${i}, vec4(${[0, 1, 2, 3].map((j) => `qkv[k + ${4 * i + j}u]`).join(', ')}));
        out_${i} = vec4(${[0, 1, 2, 3].map((j) => `qkv[v + ${4 * i + j}u]`).join(', ')});`,
        )}
      }
      let keyColumn = keyHead * ${vectors}u;
      ${passOver(
        'prefix',
        'prefixCount',
        `(its * u.prefixRows + key) * ${qkv / 4}u + ${queries / 4}u + keyColumn`,
        `(its * u.prefixRows + key) * ${qkv / 4}u + ${(queries + keyWidth) / 4}u + keyColumn`,
        vectors,
      )}
      ${passOver(
        'own',
        'slot',
        `(row * u.capacity + key) * ${keyWidth / 2}u + keyColumn`,
        `(row * u.capacity + key) * ${keyWidth / 2}u + ${keyWidth / 4}u + keyColumn`,
        vectors,
      )}
      tops[lane] = top;
      sums[lane] = sum;
      ${repeat(vectors, (i) => `outs[lane * ${vectors}u + ${i}u] = out_${i};`)}
      workgroupBarrier();
      ${each(
        't',
        queries / 4,
        `
        let first = t / ${vectors}u * parts;
        var most = tops[first];
        for (var i = 1u; i < parts; i++) { most = max(most, tops[first + i]); }
        var all = 0.0;
        var value = vec4(0.0);
        for (var i = first; i < first + parts; i++) {
          let share = exp2(tops[i] - most);
          all += share * sums[i];
          value += share * outs[i * ${vectors}u + t % ${vectors}u];
        }
        value /= all;
        ${[0, 1, 2, 3].map((j) => `mixed[4u * t + ${j}u] = value[${j}];`).join(' ')}`,
      )}
      workgroupBarrier();
      ${each('i', width, 'stream[i] += times_mixed(u.project, i);')}
      workgroupBarrier();
      let scale2 = scale();
      ${each('i', width, 'normed[i] = stream[i] * scale2 * weight(u.norm2, i);')}
      workgroupBarrier();
      ${each(
        'i',
        inner,
        `
        let gate = times_normed(u.gate, i);
        gated[i] = gate / (1.0 + exp(-clamp(gate, -80.0, 80.0))) * times_normed(u.up, i);`,
      )}
      workgroupBarrier();
      ${each('i', width, 'stream[i] += times_gated(u.down, i);')}
      workgroupBarrier();
      let scale3 = scale();
      ${each(
        'i',
        width,
        `
        var value = stream[i];
        if (u.isLast == 1u) { value *= scale3 * weight(u.finalNorm, i); }
        x[row * ${width}u + i] = value;`,
      )}`,
  } as const;
  return {
    kernel,
    uniforms: ({ rows, rowsPerGroup, prefixRows, capacity, epsilon, finalNorm, ...offsets }) => [
      ...[rows, rowsPerGroup, prefixRows, capacity, epsilon],
      ...OFFSETS.map((name) => offsets[name] / 4),
      Number(finalNorm !== null),
      (finalNorm ?? 0) / 4,
    ],
    workgroups: ({ rows }) => workgroupsFor(rows, 1),
  } satisfies Operation<DecodeLayerCall>;
}
