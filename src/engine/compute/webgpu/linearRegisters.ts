/**
 * The dense layers of linear.ts without shared memory or barriers: an invocation computes a block of 4 × 4 or 8 × 8
 * numbers in registers. Larger blocks read less for each product, and leave fewer invocations.
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

/** Fours along each side of a block. */
type Quads = 1 | 2;

const FOUR = [0, 1, 2, 3] as const;
/** Blocks of a size that cover a side. */
const blocksAlong = (side: number, size: number): number => Math.ceil(side / size);

function forward<K extends Forward>(quads: Quads, kind: K, bias: boolean) {
  const size = 4 * quads;
  return {
    kernel: {
      name: `linear${nameOf(quads)}${forwardName(kind, bias)}`,
      buffers: FORWARD[kind],
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF + FINISH[kind],
      body: `
      let across = (columns() + ${size - 1}u) / ${size}u;
      let row = index / across * ${size}u;
      if (row >= u.rows) { return; }
      let first = index % across * ${size}u;
      let last = (columns() - 1u) / 4u * 4u;
      let deep = u.inputs / 4u;
      ${repeat(size, (i) => `let a${i} = min(row + ${i}u, u.rows - 1u) * deep;`)}
      ${repeat(
        quads,
        (q) => `let column${q} = min(first + ${4 * q}u, last);
      let layer${q} = layerOf(column${q});
      let inLayer${q} = column${q} - layer${q}.first;
      ${repeat(4, (j) => `let b${q}_${j} = layer${q}.weight / 4u + min(inLayer${q} + ${j}u, layer${q}.outputs - 1u) * deep;`)}`,
      )}
      ${repeat(size, (i) => repeat(quads, (q) => `var acc${i}_${q} = vec4f();`))}
      for (var k = 0u; k < deep; k++) {
        ${repeat(size, (i) => `let x${i} = x[a${i} + k];`)}
        ${repeat(
          quads,
          (q) => `let w${q} = mat4x4f(${FOUR.map((j) => `parameters[b${q}_${j} + k]`).join(', ')});
        ${repeat(size, (i) => `acc${i}_${q} += x${i} * w${q};`)}`,
        )}
      }
      ${repeat(
        quads,
        (q) => `if (first + ${4 * q}u < columns()) {
        let count = min(4u, layer${q}.outputs - inLayer${q});
        ${bias ? `let offset = parameters[(layer${q}.bias + inLayer${q}) / 4u];` : ''}
        // One piece of code for all rows: drivers compile it much sooner.
        var values = array(${Array.from({ length: size }, (_, i) => `acc${i}_${q}`).join(', ')});
        for (var i = 0u; i < min(${size}u, u.rows - row); i++) {
          let at = (row + i) * u.outStride + column${q};
          let value = values[i]${bias ? ' + offset' : ''};
          for (var j = 0u; j < count; j++) { finish(at + j, value[j]); }
        }
      }`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) =>
      workgroupsFor(blocksAlong(call.rows, size) * blocksAlong(columnsOf(call), size), WORKGROUP),
  } as const;
}

function inputGradient(quads: Quads, store: Store) {
  const size = 4 * quads;
  return {
    kernel: {
      name: `linear${nameOf(quads)}_input_gradient_${store}`,
      buffers: INPUT_GRADIENT,
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `
      let wide = u.inputs / 4u;
      let across = (wide + ${quads - 1}u) / ${quads}u;
      let row = index / across * ${size}u;
      if (row >= u.rows) { return; }
      let first = index % across * ${quads}u;
      let stride = u.outStride / 4u;
      ${repeat(quads, (q) => `let at${q} = min(first + ${q}u, wide - 1u);`)}
      ${repeat(size, (i) => `let a${i} = min(row + ${i}u, u.rows - 1u) * stride;`)}
      ${repeat(size, (i) => repeat(quads, (q) => `var acc${i}_${q} = vec4f();`))}
      var column = 0u;
      let end = columns();
      while (column < end) {
        let layer = layerOf(column);
        let last = layer.outputs - 1u;
        for (var c = 0u; c < layer.outputs; c += 4u) {
          let d = (column + c) / 4u;
          ${repeat(4, (j) => `let top${j} = layer.weight / 4u + min(c + ${j}u, last) * wide;`)}
          ${repeat(size, (i) => `let g${i} = dy[a${i} + d];`)}
          ${repeat(
            quads,
            (q) => `let w${q} = mat4x4f(${FOUR.map((j) => `parameters[top${j} + at${q}]`).join(', ')});
          ${repeat(size, (i) => `acc${i}_${q} += w${q} * g${i};`)}`,
          )}
        }
        column += layer.outputs;
      }
      ${repeat(size, (i) =>
        repeat(
          quads,
          (q) =>
            `if (row + ${i}u < u.rows && first + ${q}u < wide) { dx[(row + ${i}u) * wide + at${q}] ${store === 'add' ? '+=' : '='} acc${i}_${q}; }`,
        ),
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) =>
      workgroupsFor(blocksAlong(call.rows, size) * blocksAlong(call.inputs, size), WORKGROUP),
  } as const;
}

/** Blocks of dyᵀ·x. */
const blocksOf = (quads: Quads, call: LinearCall): number =>
  blocksAlong(columnsOf(call), 4 * quads) * blocksAlong(call.inputs, 4 * quads);

/** WGSL: of block `block`, the products over the rows from `firstRow` to `endRow`, and the columns' sums. */
const product = (quads: Quads): string => `
      let firstColumn = block / across * ${quads}u;
      let first = block % across * ${quads}u;
      let stride = u.outStride / 4u;
      ${repeat(
        quads,
        (q) => `let at${q} = min(first + ${q}u, wide - 1u);
      let column${q} = min(firstColumn + ${q}u, quarters - 1u);
      var sums${q} = vec4f();`,
      )}
      ${repeat(4 * quads, (c) => repeat(quads, (q) => `var acc${c}_${q} = vec4f();`))}
      for (var r = firstRow; r < endRow; r++) {
        ${repeat(quads, (q) => `let v${q} = x[r * wide + at${q}];`)}
        ${repeat(
          quads,
          (c) => `let d${c} = dy[r * stride + column${c}];
        ${repeat(4, (j) => repeat(quads, (q) => `acc${4 * c + j}_${q} += d${c}[${j}] * v${q};`))}
        sums${c} += d${c};`,
        )}
      }`;

/** WGSL: the numbers of blocks across, and of fours of inputs and columns. */
const blocks = (quads: Quads): string => `
      let wide = u.inputs / 4u;
      let quarters = (columns() + 3u) / 4u;
      let across = (wide + ${quads - 1}u) / ${quads}u;
      let blocks = (quarters + ${quads - 1}u) / ${quads}u * across;`;

/** WGSL: for every four columns of a block and their sums, where they are inside the matrix. */
const eachQuad = (quads: Quads, piece: (c: number) => string): string =>
  repeat(
    quads,
    (c) => `if (firstColumn + ${c}u < quarters) {
        ${piece(c)}
      }`,
  );

function weightGradient(quads: Quads, bias: boolean) {
  return {
    kernel: {
      name: `linear${nameOf(quads)}_weight_gradient${bias ? '_bias' : ''}`,
      buffers: WEIGHT_GRADIENT,
      uniforms: LINEAR_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `${blocks(quads)}
      let block = index;
      if (block >= blocks) { return; }
      let firstRow = 0u;
      let endRow = u.rows;
      ${product(quads)}
      ${eachQuad(
        quads,
        (c) => `let layer = layerOf(4u * column${c});
        let inLayer = 4u * column${c} - layer.first;
        let to = layer.weight / 4u + inLayer * wide;
        ${repeat(4, (j) =>
          repeat(
            quads,
            (q) =>
              `if (inLayer + ${j}u < layer.outputs && first + ${q}u < wide) { gradients[to + ${j}u * wide + at${q}] += acc${4 * c + j}_${q}; }`,
          ),
        )}
        ${bias ? `if (first == 0u) { gradients[(layer.bias + inLayer) / 4u] += sums${c}; }` : ''}`,
      )}`,
    },
    uniforms: linearUniforms,
    workgroups: (call: LinearCall) => workgroupsFor(blocksOf(quads, call), WORKGROUP),
  } as const;
}

function weightGradientParts(quads: Quads) {
  return {
    kernel: {
      name: `linear${nameOf(quads)}_weight_gradient_parts`,
      buffers: WEIGHT_GRADIENT_PARTS,
      uniforms: PARTS_UNIFORMS,
      workgroup: [WORKGROUP],
      declarations: LAYER_OF,
      body: `${blocks(quads)}
      let part = index / blocks;
      if (part >= u.parts) { return; }
      let block = index % blocks;
      let each = (u.rows + u.parts - 1u) / u.parts;
      let firstRow = part * each;
      let endRow = min(u.rows, firstRow + each);
      ${product(quads)}
      let sums = 4u * quarters * wide;
      let to = part * (sums + quarters);
      ${eachQuad(
        quads,
        (c) => `${repeat(4, (j) =>
          repeat(
            quads,
            (q) =>
              `if (first + ${q}u < wide) { parts[to + (4u * column${c} + ${j}u) * wide + at${q}] = acc${4 * c + j}_${q}; }`,
          ),
        )}
        if (first == 0u) { parts[to + sums + column${c}] = sums${c}; }`,
      )}`,
    },
    uniforms: partsUniforms,
    workgroups: (call: PartsCall) => workgroupsFor(blocksOf(quads, call) * call.parts, WORKGROUP),
  } as const;
}

/** In the names of kernels of large blocks. */
const nameOf = (quads: Quads): string => (quads === 1 ? '' : `_${4 * quads}x${4 * quads}`);

export const inRegisters = (quads: Quads): LinearOperations => ({
  forward: (kind, { bias }) => forward(quads, kind, bias),
  inputGradient: (store) => inputGradient(quads, store),
  weightGradient: ({ bias }) => weightGradient(quads, bias),
  weightGradientParts: weightGradientParts(quads),
});
