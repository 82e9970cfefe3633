import { workgroupsFor, type Operation } from './kernel.ts';

export interface VisibleSoftmaxCall {
  readonly rows: number;
  readonly columns: number;
  /** Of a score, > 0. */
  readonly scale: number;
  /** Row n sees the first limits[⌊n / stride⌋ mod limitCount] columns, at least one. */
  readonly stride: number;
  readonly limitCount: number;
}

const WORKGROUP = 64;

/** x [rows, columns] → softmax(x · scale) over the columns that each row sees, 0 elsewhere. An invocation a row. */
export const VISIBLE_SOFTMAX = {
  kernel: {
    name: 'visible_softmax',
    buffers: { x: 'read f32', limits: 'read i32', out: 'write f32' },
    uniforms: { rows: 'u32', columns: 'u32', stride: 'u32', limitCount: 'u32', scale: 'f32' },
    workgroup: [WORKGROUP],
    body: `
      if (index >= u.rows) { return; }
      let start = index * u.columns;
      let limit = u32(limits[index / u.stride % u.limitCount]);
      var top = x[start];
      for (var i = 1u; i < limit; i++) { top = max(top, x[start + i]); }
      var total = 0.0;
      for (var i = 0u; i < limit; i++) {
        let e = exp((x[start + i] - top) * u.scale);
        out[start + i] = e;
        total += e;
      }
      for (var i = 0u; i < limit; i++) { out[start + i] /= total; }
      for (var i = limit; i < u.columns; i++) { out[start + i] = 0.0; }`,
  },
  uniforms: ({ rows, columns, stride, limitCount, scale }) => [rows, columns, stride, limitCount, scale],
  workgroups: ({ rows }) => workgroupsFor(rows, WORKGROUP),
} as const satisfies Operation<VisibleSoftmaxCall>;
