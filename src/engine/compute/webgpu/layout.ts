/** Rows put in another order: patches of pictures, positions, the pixel shuffle, windows of sequences. */
import { workgroupsFor, type Operation } from './kernel.ts';
import { packDeclarations, read, write, type Pack } from './pack.ts';

const GROUP = 64;

export interface PatchRowsCall {
  readonly images: number;
  readonly channels: number;
  /** Pixels of a picture's side, a multiple of the patch's. */
  readonly size: number;
  readonly patch: number;
}

/**
 * pixels [images, channels, size, size] → one row a patch [images·patches, channels·patch²], in the order of a
 * convolution's weights. Packs along a patch's side.
 */
export const patchRows = (pack: Pack) =>
  ({
    kernel: {
      name: 'patch_rows',
      buffers: { pixels: read(pack), out: write(pack) },
      uniforms: { count: 'u32', channels: 'u32', size: 'u32', patchSize: 'u32' },
      workgroup: [GROUP],
      body: `
        if (index >= u.count) { return; }
        let across = u.patchSize / ${pack}u;
        let side = u.size / u.patchSize;
        let x = index % across;
        var rest = index / across;
        let y = rest % u.patchSize;
        rest /= u.patchSize;
        let channel = rest % u.channels;
        rest /= u.channels;
        let column = rest % side;
        rest /= side;
        let image = rest / side;
        let line = (image * u.channels + channel) * u.size + rest % side * u.patchSize + y;
        out[index] = pixels[(line * side + column) * across + x];`,
    },
    uniforms: ({ images, channels, size, patch }) => [
      (images * channels * size * size) / pack,
      channels,
      size,
      patch,
    ],
    workgroups: ({ images, channels, size }) =>
      workgroupsFor((images * channels * size * size) / pack, GROUP),
  }) satisfies Operation<PatchRowsCall>;

export interface PositionsCall {
  readonly batch: number;
  /** Rows of one of the batch, each with a position of its own. */
  readonly period: number;
  readonly width: number;
  /** Float offset of the positions [period, width]. */
  readonly offset: number;
}

/** x [batch·period, width] += the positions' rows in `parameters`, in place. */
export const addPositions = (pack: Pack) =>
  ({
    kernel: {
      name: 'add_positions',
      buffers: { parameters: read(pack), x: write(pack) },
      uniforms: { count: 'u32', block: 'u32', offset: 'u32' },
      workgroup: [GROUP],
      body: `
        if (index >= u.count) { return; }
        x[index] += parameters[u.offset + index % u.block];`,
    },
    uniforms: ({ batch, period, width, offset }) => [
      (batch * period * width) / pack,
      (period * width) / pack,
      offset / pack,
    ],
    workgroups: ({ batch, period, width }) => workgroupsFor((batch * period * width) / pack, GROUP),
  }) satisfies Operation<PositionsCall>;

/** dx [batch·period, width] → added, over the batch, to the positions' gradient. */
export const positionsGradient = (pack: Pack) =>
  ({
    kernel: {
      name: 'positions_gradient',
      buffers: { dx: read(pack), gradients: write(pack) },
      uniforms: { batch: 'u32', block: 'u32', offset: 'u32' },
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `
        if (index >= u.block) { return; }
        var sum = Pack(0.0);
        for (var b = 0u; b < u.batch; b++) { sum += dx[b * u.block + index]; }
        gradients[u.offset + index] += sum;`,
    },
    uniforms: ({ batch, period, width, offset }) => [batch, (period * width) / pack, offset / pack],
    workgroups: ({ period, width }) => workgroupsFor((period * width) / pack, GROUP),
  }) satisfies Operation<PositionsCall>;

export interface PixelShuffleCall {
  readonly batch: number;
  /** Patches along a picture's side, a multiple of the factor. */
  readonly side: number;
  readonly width: number;
  /** Patches, along each side, that become one row. */
  readonly factor: number;
}

/** x [outer, first, second, inner] → out [outer, second, first, inner]. */
const swap = (pack: Pack, name: string) => ({
  name,
  buffers: { x: read(pack), out: write(pack) },
  uniforms: { count: 'u32', first: 'u32', second: 'u32', inner: 'u32' } as const,
  workgroup: [GROUP] as const,
  body: `
    if (index >= u.count) { return; }
    let row = index / u.inner;
    let i = row % u.first;
    let j = row / u.first % u.second;
    let outer = row / u.first / u.second;
    out[index] = x[((outer * u.first + i) * u.second + j) * u.inner + index % u.inner];`,
});

const shuffled = ({ batch, side, width }: PixelShuffleCall, pack: Pack) =>
  (batch * side * side * width) / pack;

/** Neighbouring patches side by side: x [batch·side², width] → out [batch·(side/factor)², width·factor²]. */
export const pixelShuffle = (pack: Pack) =>
  ({
    kernel: swap(pack, 'pixel_shuffle'),
    uniforms: (call) => [
      shuffled(call, pack),
      call.factor,
      call.side / call.factor,
      (call.factor * call.width) / pack,
    ],
    workgroups: (call) => workgroupsFor(shuffled(call, pack), GROUP),
  }) satisfies Operation<PixelShuffleCall>;

/** Patches back in their places: x [batch·(side/factor)², width·factor²] → out [batch·side², width]; the gradient. */
export const pixelUnshuffle = (pack: Pack) =>
  ({
    kernel: swap(pack, 'pixel_unshuffle'),
    uniforms: (call) => [
      shuffled(call, pack),
      call.side / call.factor,
      call.factor,
      (call.factor * call.width) / pack,
    ],
    workgroups: (call) => workgroupsFor(shuffled(call, pack), GROUP),
  }) satisfies Operation<PixelShuffleCall>;

export interface WindowCall {
  readonly batch: number;
  /** Positions of a sequence. */
  readonly length: number;
  /** First position of the window, and its positions: all inside the sequence. */
  readonly start: number;
  readonly count: number;
  readonly width: number;
}

const windowNumbers = ({ batch, length, start, count, width }: WindowCall, pack: Pack) => [
  batch,
  length,
  start,
  count,
  width / pack,
];

const WINDOW = { batch: 'u32', length: 'u32', start: 'u32', count: 'u32', width: 'u32' } as const;

/** x [batch, length, width] → out [batch·count, width]: positions start … start + count − 1 of each sequence. */
export const copyWindow = (pack: Pack) =>
  ({
    kernel: {
      name: 'copy_window',
      buffers: { x: read(pack), out: write(pack) },
      uniforms: WINDOW,
      workgroup: [GROUP],
      body: `
        let row = index / u.width;
        let b = row / u.count;
        if (b >= u.batch) { return; }
        let place = b * u.length + u.start + row % u.count;
        out[index] = x[place * u.width + index % u.width];`,
    },
    uniforms: (call) => windowNumbers(call, pack),
    workgroups: ({ batch, count, width }) => workgroupsFor((batch * count * width) / pack, GROUP),
  }) satisfies Operation<WindowCall>;

/** The gradient of `copyWindow`: dOut [batch·count, width] → dx [batch, length, width], zero outside the window. */
export const spreadWindow = (pack: Pack) =>
  ({
    kernel: {
      name: 'spread_window',
      buffers: { dOut: read(pack), dx: write(pack) },
      uniforms: WINDOW,
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `
        let row = index / u.width;
        let b = row / u.length;
        if (b >= u.batch) { return; }
        // Wraps around to something large before the window.
        let at = row % u.length - u.start;
        if (at < u.count) { dx[index] = dOut[(b * u.count + at) * u.width + index % u.width]; }
        else { dx[index] = Pack(0.0); }`,
    },
    uniforms: (call) => windowNumbers(call, pack),
    workgroups: ({ batch, length, width }) => workgroupsFor((batch * length * width) / pack, GROUP),
  }) satisfies Operation<WindowCall>;
