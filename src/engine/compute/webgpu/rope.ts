/** Rotate-half rotary embedding: the heads of a row turned by its position. cosine, sine [positions, half]. */
import { workgroupsFor, type Operation } from './kernel.ts';
import { packDeclarations, read, write, type Pack } from './pack.ts';

const GROUP = 64;

interface Heads {
  readonly rows: number;
  /** Floats from one row of x to the next. */
  readonly stride: number;
  /** The first columns of each row are turned: heads · 2 · half. */
  readonly columns: number;
  /** Half of a head. */
  readonly half: number;
}

/** One invocation a pack of pairs: row, place i in the half head, and the two places in x. */
const PLACE = `
  let row = index / (u.columns / 2u);
  let pair = index % (u.columns / 2u);
  if (row >= u.rows) { return; }
  let i = pair % u.half;
  let a = row * u.stride + 2u * (pair - i) + i;
  let b = a + u.half;`;

const turn = (from: string, to: string): string => `
  let cosines = cosine[position * u.half + i];
  let sines = sine[position * u.half + i];
  let first = ${from}[a];
  let second = ${from}[b];
  ${to}[a] = first * cosines - second * sines * sign;
  ${to}[b] = second * cosines + first * sines * sign;`;

const workgroups = ({ rows, columns }: Heads, pack: Pack) =>
  workgroupsFor((rows * columns) / 2 / pack, GROUP);

export interface RopeCall extends Heads {
  /** Row n stands at position n mod length. */
  readonly length: number;
  /** −1 turns back, which is the gradient. */
  readonly sign: 1 | -1;
}

const uniforms = {
  rows: 'u32',
  stride: 'u32',
  columns: 'u32',
  half: 'u32',
  length: 'u32',
  sign: 'i32',
} as const;

const ropeNumbers = ({ rows, stride, columns, half, length, sign }: RopeCall, pack: Pack) => [
  rows,
  stride / pack,
  columns / pack,
  half / pack,
  length,
  sign,
];

const POSITION = 'let position = row % u.length; let sign = f32(u.sign);';

/** x [rows, stride], in place. */
export const rope = (pack: Pack) =>
  ({
    kernel: {
      name: 'rope',
      buffers: { cosine: read(pack), sine: read(pack), x: write(pack) },
      uniforms,
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: PLACE + POSITION + turn('x', 'x'),
    },
    uniforms: (call) => ropeNumbers(call, pack),
    workgroups: (call) => workgroups(call, pack),
  }) satisfies Operation<RopeCall>;

/** x → the turned columns of out, both [rows, stride]; x stays. */
export const ropeApart = (pack: Pack) =>
  ({
    kernel: {
      name: 'rope_apart',
      buffers: { cosine: read(pack), sine: read(pack), x: read(pack), out: write(pack) },
      uniforms,
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: PLACE + POSITION + turn('x', 'out'),
    },
    uniforms: (call) => ropeNumbers(call, pack),
    workgroups: (call) => workgroups(call, pack),
  }) satisfies Operation<RopeCall>;

export interface RopeDecodeCall extends Heads {
  /** Rows of a group stand side by side. */
  readonly rowsPerGroup: number;
}

/** x [rows, stride] in place, at position lengths[row's group] (i32) + state[0] (u32). */
export const ropeDecode = (pack: Pack) =>
  ({
    kernel: {
      name: 'rope_decode',
      buffers: {
        cosine: read(pack),
        sine: read(pack),
        lengths: 'read i32',
        state: 'read u32',
        x: write(pack),
      },
      uniforms: { rows: 'u32', stride: 'u32', columns: 'u32', half: 'u32', rowsPerGroup: 'u32' },
      workgroup: [GROUP],
      declarations: packDeclarations(pack),
      body: `${PLACE}
        let position = u32(lengths[row / u.rowsPerGroup]) + state[0];
        let sign = 1.0; ${turn('x', 'x')}`,
    },
    uniforms: ({ rows, stride, columns, half, rowsPerGroup }) => [
      rows,
      stride / pack,
      columns / pack,
      half / pack,
      rowsPerGroup,
    ],
    workgroups: (call) => workgroups(call, pack),
  }) satisfies Operation<RopeDecodeCall>;
