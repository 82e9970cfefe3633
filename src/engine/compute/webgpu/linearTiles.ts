/**
 * The dense layers of linear.ts through shared memory: a workgroup of 64 computes a tile of 32 × 32 numbers in steps of
 * 16 along the sum, an invocation 4 × 4 of them. Fewer reads of memory, two barriers a step; the sums have the same order.
 */
import { workgroupsFor } from './kernel.ts';
import {
  columnsOf,
  FINISH,
  FORWARD,
  forwardName,
  INPUT_GRADIENT,
  LAYER_OF,
  LINEAR_UNIFORMS,
  linearUniforms,
  PARTS_UNIFORMS,
  partsUniforms,
  WEIGHT_GRADIENT,
  WEIGHT_GRADIENT_PARTS,
  WORKGROUP,
  type Forward,
  type LinearCall,
  type LinearOperations,
  type PartsCall,
  type Store,
} from './linear.ts';
import { repeat } from './wgsl.ts';

const tilesOf = (n: number): number => Math.ceil(n / 32);

/** WGSL: two arrays of 16 × 32 numbers, by steps of four along the sum or by rows of the sum; padded against conflicts. */
const SHARED = `
var<workgroup> left : array<vec4f, 132>;
var<workgroup> right : array<vec4f, 132>;`;

/** Start of a body: the tile of this workgroup among those of a matrix `across` tiles wide. */
const START = `
      let tile = group.x + group.y * groups.x;
      let near = local % 8u;
      let far = local / 8u;
      let quad = local % 4u;
      let line = local / 4u;`;

function forward<K extends Forward>(kind: K, bias: boolean) {
  const value = (i: number, j: number) => `acc${i}[${j}]${bias ? ` + offset${j}` : ''}`;
  return {
    kernel: {
      name: `linear_tiles${forwardName(kind, bias)}`,
      buffers: FORWARD[kind],
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF + SHARED + FINISH[kind],
      body: `${START}
      let end = columns();
      let across = (end + 31u) / 32u;
      let firstRow = tile / across * 32u;
      if (firstRow >= u.rows) { return; }
      let firstColumn = tile % across * 32u;
      let deep = u.inputs / 4u;
      ${repeat(
        2,
        (i) => `let row${i} = firstRow + line + ${16 * i}u;
      let column${i} = firstColumn + line + ${16 * i}u;
      let layer${i} = layerOf(column${i});
      let weight${i} = layer${i}.weight / 4u + (column${i} - layer${i}.first) * deep;`,
      )}
      ${repeat(4, (i) => `var acc${i} = vec4f();`)}
      for (var k = 0u; k < deep; k += 4u) {
        let at = k + quad;
        ${repeat(
          2,
          (i) => `var a${i} = vec4f();
        var b${i} = vec4f();
        if (at < deep && row${i} < u.rows) { a${i} = x[row${i} * deep + at]; }
        if (at < deep && column${i} < end) { b${i} = parameters[weight${i} + at]; }
        left[quad * 33u + line + ${16 * i}u] = a${i};
        right[quad * 33u + line + ${16 * i}u] = b${i};`,
        )}
        workgroupBarrier();
        for (var q = 0u; q < 4u; q++) {
          let w = mat4x4f(${[0, 1, 2, 3].map((j) => `right[q * 33u + near + ${8 * j}u]`).join(', ')});
          ${repeat(4, (i) => `acc${i} += left[q * 33u + far + ${8 * i}u] * w;`)}
        }
        workgroupBarrier();
      }
      let column = firstColumn + near;
      ${
        bias
          ? repeat(
              4,
              (j) => `let to${j} = layerOf(column + ${8 * j}u);
      let bias${j} = to${j}.bias + column + ${8 * j}u - to${j}.first;
      let offset${j} = parameters[bias${j} / 4u][bias${j} % 4u];`,
            )
          : ''
      }
      ${repeat(
        4,
        (i) => `if (firstRow + far + ${8 * i}u < u.rows) {
        let at = (firstRow + far + ${8 * i}u) * u.outStride + column;
        ${repeat(4, (j) => `if (column + ${8 * j}u < end) { finish(at + ${8 * j}u, ${value(i, j)}); }`)}
      }`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(tilesOf(call.rows) * tilesOf(columnsOf(call)), 1),
  } as const;
}

const inputGradient = (store: Store) =>
  ({
    kernel: {
      name: `linear_tiles_input_gradient_${store}`,
      buffers: INPUT_GRADIENT,
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF + SHARED,
      body: `${START}
      let wide = u.inputs / 4u;
      let across = (wide + 7u) / 8u;
      let firstRow = tile / across * 32u;
      if (firstRow >= u.rows) { return; }
      let at = tile % across * 8u + near;
      let stride = u.outStride / 4u;
      let end = columns();
      ${repeat(4, (i) => `var acc${i} = vec4f();`)}
      for (var first = 0u; first < end; first += 16u) {
        ${repeat(
          2,
          (i) => `let row${i} = firstRow + line + ${16 * i}u;
        var a${i} = vec4f();
        if (row${i} < u.rows && first + quad * 4u < end) { a${i} = dy[row${i} * stride + first / 4u + quad]; }
        left[quad * 33u + line + ${16 * i}u] = a${i};
        let column${i} = first + far + ${8 * i}u;
        let layer${i} = layerOf(column${i});
        var b${i} = vec4f();
        if (at < wide && column${i} < end) {
          b${i} = parameters[layer${i}.weight / 4u + (column${i} - layer${i}.first) * wide + at];
        }
        right[local + ${64 * i}u] = b${i};`,
        )}
        workgroupBarrier();
        for (var q = 0u; q < 4u; q++) {
          let w = mat4x4f(${[0, 1, 2, 3].map((j) => `right[q * 32u + ${8 * j}u + near]`).join(', ')});
          ${repeat(4, (i) => `acc${i} += w * left[q * 33u + far + ${8 * i}u];`)}
        }
        workgroupBarrier();
      }
      if (at >= wide) { return; }
      ${repeat(
        4,
        (i) => `if (firstRow + far + ${8 * i}u < u.rows) {
        dx[(firstRow + far + ${8 * i}u) * wide + at] ${store === 'add' ? '+=' : '='} acc${i};
      }`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(tilesOf(call.rows) * tilesOf(call.inputs), 1),
  }) as const;

/** A tile of dyᵀ·x over the rows from `beginRow` to `endRow`, and the sums of its columns. */
const PRODUCT = `
      let stride = u.outStride / 4u;
      let quads = (columns() + 3u) / 4u;
      let columnQuad = firstQuad + far;
      let at = firstAt + near;
      ${repeat(4, (i) => `var acc${i} = vec4f();`)}
      var sums = vec4f();
      for (var first = beginRow; first < endRow; first += 16u) {
        ${repeat(
          2,
          (i) => `let row${i} = first + far + ${8 * i}u;
        var a${i} = vec4f();
        var b${i} = vec4f();
        if (row${i} < endRow && firstQuad + near < quads) { a${i} = dy[row${i} * stride + firstQuad + near]; }
        if (row${i} < endRow && at < wide) { b${i} = x[row${i} * wide + at]; }
        left[local + ${64 * i}u] = a${i};
        right[local + ${64 * i}u] = b${i};`,
        )}
        workgroupBarrier();
        for (var r = 0u; r < 16u; r++) {
          let d = left[r * 8u + far];
          let v = right[r * 8u + near];
          ${repeat(4, (i) => `acc${i} += d[${i}] * v;`)}
          sums += d;
        }
        workgroupBarrier();
      }
      if (columnQuad >= quads || at >= wide) { return; }`;

const tilesOfWeights = (call: LinearCall): number => tilesOf(columnsOf(call)) * tilesOf(call.inputs);

const weightGradient = (bias: boolean) =>
  ({
    kernel: {
      name: `linear_tiles_weight_gradient${bias ? '_bias' : ''}`,
      buffers: WEIGHT_GRADIENT,
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF + SHARED,
      body: `${START}
      let wide = u.inputs / 4u;
      let across = (wide + 7u) / 8u;
      let firstQuad = tile / across * 8u;
      if (firstQuad * 4u >= columns()) { return; }
      let firstAt = tile % across * 8u;
      let beginRow = 0u;
      let endRow = u.rows;
      ${PRODUCT}
      let layer = layerOf(columnQuad * 4u);
      let inLayer = columnQuad * 4u - layer.first;
      let to = layer.weight / 4u + at;
      ${repeat(4, (i) => `if (inLayer + ${i}u < layer.outputs) { gradients[to + (inLayer + ${i}u) * wide] += acc${i}; }`)}
      ${bias ? 'if (at == 0u) { gradients[(layer.bias + inLayer) / 4u] += sums; }' : ''}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(tilesOfWeights(call), 1),
  }) as const;

const weightGradientParts = {
  kernel: {
    name: 'linear_tiles_weight_gradient_parts',
    buffers: WEIGHT_GRADIENT_PARTS,
    uniforms: PARTS_UNIFORMS,
    workgroup: [WORKGROUP],
    declarations: LAYER_OF + SHARED,
    body: `${START}
      let wide = u.inputs / 4u;
      let across = (wide + 7u) / 8u;
      let tiles = (columns() + 31u) / 32u * across;
      let part = tile / tiles;
      if (part >= u.parts) { return; }
      let firstQuad = tile % tiles / across * 8u;
      let firstAt = tile % across * 8u;
      let each = (u.rows + u.parts - 1u) / u.parts;
      let beginRow = part * each;
      let endRow = min(u.rows, beginRow + each);
      ${PRODUCT}
      let blocks = quads * wide;
      let whole = blocks * 4u + quads;
      let to = part * whole + columnQuad * 4u * wide + at;
      ${repeat(4, (i) => `parts[to + ${i}u * wide] = acc${i};`)}
      if (at == 0u) { parts[part * whole + blocks * 4u + columnQuad] = sums; }`,
  },
  uniforms: partsUniforms,
  workgroups: (call: PartsCall) => workgroupsFor(tilesOfWeights(call) * call.parts, 1),
} as const;

export const IN_TILES: LinearOperations = {
  forward: (kind, { bias }) => forward(kind, bias),
  inputGradient,
  weightGradient: ({ bias }) => weightGradient(bias),
  weightGradientParts,
};
