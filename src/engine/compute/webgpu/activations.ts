/** SwiGLU and tanh-GELU, element by element. */
import { workgroupsFor, type Kernel, type Operation } from './kernel.ts';
import { packDeclarations, read, write, type Pack } from './pack.ts';

const GROUP = 64;
const CUBIC = 0.044715;
const TWICE_ROOT_2_OVER_PI = 2 * Math.sqrt(2 / Math.PI);

/** Clamped, because exp overflows; a sigmoid is 0 or 1 long before. */
const SIGMOID =
  'fn sigmoid(v : Pack) -> Pack { return 1.0 / (1.0 + exp(-clamp(v, Pack(-80.0), Pack(80.0)))); }';

/** sigmoid(2c(x + 0.044715x³)) = (1 + tanh(c(…)))/2: the factor of x in tanh-GELU. */
const GELU_GATE = `let s = sigmoid(${TWICE_ROOT_2_OVER_PI} * v * (1.0 + ${CUBIC} * v * v));`;

/** WGSL: tanh-GELU of a number, for kernels that end in it. */
export const GELU = `
${SIGMOID.replaceAll('Pack', 'f32')}
fn gelu(v : f32) -> f32 {
  ${GELU_GATE}
  return v * s;
}`;

const declarations = (pack: Pack): string => `${packDeclarations(pack)}\n${SIGMOID}`;

export interface ElementsCall {
  /** Floats. */
  readonly count: number;
}

export interface SwigluCall {
  readonly rows: number;
  /** Columns of the gate, and of up. */
  readonly width: number;
}

const swiglu = (gate: string, up: string): string => `
  let gated = ${gate};
  out[index] = gated * sigmoid(gated) * ${up};`;

const swigluSlopes = (gate: string, up: string): string => `
  let gated = ${gate};
  let s = sigmoid(gated);
  let forGate = dy[index] * ${up} * s * (1.0 + gated * (1.0 - s));
  let forUp = dy[index] * gated * s;`;

/** gateUp [rows, 2·width], gate in the first columns, up in the rest → silu(gate) · up [rows, width]. */
export const swigluForward = (pack: Pack) =>
  ({
    kernel: {
      name: 'swiglu_forward',
      buffers: { gateUp: read(pack), out: write(pack) },
      uniforms: { count: 'u32', width: 'u32' },
      workgroup: [GROUP],
      declarations: declarations(pack),
      body: `
        if (index >= u.count) { return; }
        let at = index + index / u.width * u.width;
        ${swiglu('gateUp[at]', 'gateUp[at + u.width]')}`,
    },
    uniforms: ({ rows, width }) => [(rows * width) / pack, width / pack],
    workgroups: ({ rows, width }) => workgroupsFor((rows * width) / pack, GROUP),
  }) satisfies Operation<SwigluCall>;

/** gateUp [rows, 2·width], dy [rows, width] → dGateUp [rows, 2·width]. */
export const swigluBackward = (pack: Pack) =>
  ({
    kernel: {
      name: 'swiglu_backward',
      buffers: { gateUp: read(pack), dy: read(pack), dGateUp: write(pack) },
      uniforms: { count: 'u32', width: 'u32' },
      workgroup: [GROUP],
      declarations: declarations(pack),
      body: `
        if (index >= u.count) { return; }
        let at = index + index / u.width * u.width;
        ${swigluSlopes('gateUp[at]', 'gateUp[at + u.width]')}
        dGateUp[at] = forGate;
        dGateUp[at + u.width] = forUp;`,
    },
    uniforms: ({ rows, width }) => [(rows * width) / pack, width / pack],
    workgroups: ({ rows, width }) => workgroupsFor((rows * width) / pack, GROUP),
  }) satisfies Operation<SwigluCall>;

/** An operation on tensors of any shape, element by element. */
const elements =
  <const B extends Kernel['buffers']>(name: string, buffersOf: (pack: Pack) => B, body: string) =>
  (pack: Pack) =>
    ({
      kernel: {
        name,
        buffers: buffersOf(pack),
        uniforms: { count: 'u32' },
        workgroup: [GROUP],
        declarations: declarations(pack),
        body: `
        if (index >= u.count) { return; }
        ${body}`,
      },
      uniforms: ({ count }) => [count / pack],
      workgroups: ({ count }) => workgroupsFor(count / pack, GROUP),
    }) satisfies Operation<ElementsCall>;

/** SwiGLU of two tensors of any shape: gate, up → silu(gate) · up. */
export const swigluApartForward = elements(
  'swiglu_apart_forward',
  (pack) => ({ gate: read(pack), up: read(pack), out: write(pack) }),
  swiglu('gate[index]', 'up[index]'),
);

/** gate, up, dy → dGate, dUp. */
export const swigluApartBackward = elements(
  'swiglu_apart_backward',
  (pack) => ({ gate: read(pack), up: read(pack), dy: read(pack), dGate: write(pack), dUp: write(pack) }),
  `${swigluSlopes('gate[index]', 'up[index]')}
        dGate[index] = forGate;
        dUp[index] = forUp;`,
);

/** GELU in its tanh form: x → out, any shape. */
export const geluForward = elements(
  'gelu_forward',
  (pack) => ({ x: read(pack), out: write(pack) }),
  `let v = x[index];
        ${GELU_GATE}
        out[index] = v * s;`,
);

/** x, dy → dx, any shape. */
export const geluBackward = elements(
  'gelu_backward',
  (pack) => ({ x: read(pack), dy: read(pack), dx: write(pack) }),
  `let v = x[index];
        ${GELU_GATE}
        let slope = ${TWICE_ROOT_2_OVER_PI} * (1.0 + ${3 * CUBIC} * v * v);
        dx[index] = dy[index] * (s + v * slope * s * (1.0 - s));`,
);
