/** Text that kernels are written with. */

/** `count` copies of a piece of WGSL: what has constant names stays in registers, on every driver. */
export const repeat = (count: number, piece: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => piece(i)).join('\n');
