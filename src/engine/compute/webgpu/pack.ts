/** Kernels written once for single floats and for vectors of four, which every stride and width must allow. */

export type Pack = 1 | 4;

/** 4 where all the sizes are multiples of 4, else 1. Tensors inside a flat buffer start at multiples of 4 anyway. */
export function packOf(...sizes: readonly number[]): Pack {
  return sizes.every((size) => size % 4 === 0) ? 4 : 1;
}

/** A buffer of a kernel that reads packs. */
export function read(pack: Pack): 'read f32' | 'read vec4<f32>' {
  return pack === 4 ? 'read vec4<f32>' : 'read f32';
}

/** A buffer of a kernel that writes packs. */
export function write(pack: Pack): 'write f32' | 'write vec4<f32>' {
  return pack === 4 ? 'write vec4<f32>' : 'write f32';
}

/** WGSL: the type `Pack`, and the sum of products of two. */
export function packDeclarations(pack: Pack): string {
  return pack === 4
    ? 'alias Pack = vec4<f32>; fn inner(a : Pack, b : Pack) -> f32 { return dot(a, b); }'
    : 'alias Pack = f32; fn inner(a : Pack, b : Pack) -> f32 { return a * b; }';
}
