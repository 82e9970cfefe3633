import { workgroupsFor, type Operation } from './kernel.ts';

export interface CacheAppendCall {
  readonly batch: number;
  readonly heads: number;
  readonly capacity: number;
  readonly headDim: number;
}

const WORKGROUP = 64;

/** cache [batch, heads, capacity, headDim] with fresh [batch, heads · headDim] at slot positions[b] of each row. */
export const CACHE_APPEND = {
  kernel: {
    name: 'cache_append',
    buffers: { cache: 'read f32', fresh: 'read f32', positions: 'read i32', out: 'write f32' },
    uniforms: { count: 'u32', heads: 'u32', capacity: 'u32', headDim: 'u32' },
    workgroup: [WORKGROUP],
    body: `
      if (index >= u.count) { return; }
      let slot = index / u.headDim % u.capacity;
      let head = index / (u.headDim * u.capacity);
      let isNew = slot == u32(positions[head / u.heads]);
      if (isNew) { out[index] = fresh[head * u.headDim + index % u.headDim]; }
      else { out[index] = cache[index]; }`,
  },
  uniforms: ({ batch, heads, capacity, headDim }) => [
    batch * heads * capacity * headDim,
    heads,
    capacity,
    headDim,
  ],
  workgroups: ({ batch, heads, capacity, headDim }) =>
    workgroupsFor(batch * heads * capacity * headDim, WORKGROUP),
} as const satisfies Operation<CacheAppendCall>;
