/**
 * Compute shaders as data. A kernel names its buffers, its numbers and its body; the rest of the shader is written
 * here, pipelines are compiled once a device, and whoever runs it (a tfjs op, a static plan) binds the buffers.
 */

export type ElementType = 'f32' | 'i32' | 'u32' | 'vec4<f32>';
export type UniformType = 'f32' | 'i32' | 'u32';

export interface Kernel {
  readonly name: string;
  /** Storage buffers in binding order, flat arrays in WGSL. What a kernel writes it may also read. */
  readonly buffers: Readonly<Record<string, `${'read' | 'write'} ${ElementType}`>>;
  /** Numbers that change from call to call: `u.width`. */
  readonly uniforms: Readonly<Record<string, UniformType>>;
  /** Invocations of a workgroup; y and z default to 1. */
  readonly workgroup: readonly [x: number, y?: number, z?: number];
  /** Needs a device with subgroups; the body then also sees `subgroupSize` (u32). */
  readonly subgroups?: boolean;
  /** Functions, constants and workgroup memory the body uses. */
  readonly declarations?: string;
  /**
   * Body of the entry point. It sees `index` (u32, this invocation of the whole dispatch counted along x, then y),
   * `id` and `group` (vec3<u32>), and `local` (u32, inside the workgroup). Without `barriers` it may return early.
   */
  readonly body: string;
}

/** Workgroups along x, y, z. */
export type Workgroups = readonly [x: number, y: number, z: number];

/** A kernel, and how the sizes of a call become its uniforms and its workgroups. */
export interface Operation<Call, K extends Kernel = Kernel> {
  readonly kernel: K;
  /** In the order of the kernel's uniforms. */
  uniforms(call: Call): readonly number[];
  workgroups(call: Call): Workgroups;
}

/** No dimension of a dispatch may be larger, on any device. */
const MOST_WORKGROUPS = 65535;

/** Workgroups of `size` invocations for at least `count` invocations, folded into y where x would be too long. */
export function workgroupsFor(count: number, size: number): Workgroups {
  const groups = Math.max(1, Math.ceil(count / size));
  if (groups <= MOST_WORKGROUPS) return [groups, 1, 1];
  const rows = Math.ceil(groups / MOST_WORKGROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}

/** The whole shader. Binding 0 holds the uniforms, the buffers follow. */
export function shaderCode({ buffers, uniforms, workgroup, subgroups, declarations, body }: Kernel): string {
  const [x, y = 1, z = 1] = workgroup;
  const fields = Object.entries(uniforms).map(([name, type]) => `${name} : ${type},`);
  const bindings = Object.entries(buffers).map(([name, use], i) => {
    const [access, type] = use.split(' ');
    const mode = access === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${i + 1}) var<storage, ${mode}> ${name} : array<${type}>;`;
  });
  return `${subgroups ? 'enable subgroups;\n' : ''}struct Uniforms { ${fields.join(' ')} unused : u32 }
@group(0) @binding(0) var<uniform> u : Uniforms;
${bindings.join('\n')}
${declarations ?? ''}
@compute @workgroup_size(${x}, ${y}, ${z})
fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(workgroup_id) group : vec3<u32>,
        @builtin(local_invocation_index) local : u32, @builtin(num_workgroups) groups : vec3<u32>${subgroups ? ', @builtin(subgroup_size) subgroupSize : u32' : ''}) {
  let index = id.x + id.y * groups.x * ${x}u;
  ${body}
}`;
}

/** Bytes of a kernel's uniforms. */
export function uniformBytes({ uniforms }: Kernel): number {
  return Math.ceil((Object.keys(uniforms).length + 1) / 4) * 16;
}

/** Writes the values, in the kernel's order, at a byte offset. */
export function writeUniforms(
  { name, uniforms }: Kernel,
  values: readonly number[],
  view: DataView,
  offset: number,
): void {
  const types = Object.values(uniforms);
  if (values.length !== types.length) {
    throw new Error(`kernel ${name}: ${values.length} uniforms for ${types.length}`);
  }
  types.forEach((type, i) => {
    const at = offset + 4 * i;
    if (type === 'f32') view.setFloat32(at, values[i], true);
    else if (type === 'i32') view.setInt32(at, values[i], true);
    else view.setUint32(at, values[i], true);
  });
}

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Of a device, by the shader's code: what is compiled, and what is being compiled or did not compile. */
interface Shaders {
  readonly compiled: Map<string, Compiled>;
  readonly compiling: Map<string, Promise<void>>;
}

const shaders = new WeakMap<GPUDevice, Shaders>();

function shadersOf(device: GPUDevice): Shaders {
  let known = shaders.get(device);
  if (!known) shaders.set(device, (known = { compiled: new Map(), compiling: new Map() }));
  return known;
}

/** What a pipeline is made of. */
function described(device: GPUDevice, { name, buffers }: Kernel, code: string) {
  // Written out rather than 'auto', which leaves out what a shader happens not to use.
  const layout = device.createBindGroupLayout({
    label: name,
    entries: (['uniform', ...Object.values(buffers)] as const).map((use, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: {
        type: use === 'uniform' ? use : use.startsWith('read ') ? 'read-only-storage' : 'storage',
      },
    })),
  });
  const descriptor: GPUComputePipelineDescriptor = {
    label: name,
    layout: device.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ label: name, code }), entryPoint: 'main' },
  };
  return { layout, descriptor };
}

function compiledOf(device: GPUDevice, kernel: Kernel): Compiled {
  const { compiled } = shadersOf(device);
  const code = shaderCode(kernel);
  let entry = compiled.get(code);
  if (!entry) {
    const { layout, descriptor } = described(device, kernel, code);
    entry = { layout, pipeline: device.createComputePipeline(descriptor) };
    compiled.set(code, entry);
  }
  return entry;
}

/** Compiles kernels that are not compiled yet, all at the same time. Rejects where one does not compile. */
export async function compileKernels(device: GPUDevice, kernels: readonly Kernel[]): Promise<void> {
  const { compiled, compiling } = shadersOf(device);
  const compile = async (kernel: Kernel, code: string): Promise<void> => {
    const { layout, descriptor } = described(device, kernel, code);
    compiled.set(code, { layout, pipeline: await device.createComputePipelineAsync(descriptor) });
  };
  const pending = kernels.flatMap((kernel) => {
    const code = shaderCode(kernel);
    if (compiled.has(code)) return [];
    const promise = compiling.get(code) ?? compile(kernel, code);
    compiling.set(code, promise);
    return [promise];
  });
  await Promise.all(pending);
}

/** The kernel's pipeline on a device, compiled at its first use where it was not before. */
export function pipelineOf(device: GPUDevice, kernel: Kernel): GPUComputePipeline {
  return compiledOf(device, kernel).pipeline;
}

/** Buffers in the kernel's order, after its uniforms, as a bind group. */
export function bindGroupOf(
  device: GPUDevice,
  kernel: Kernel,
  uniforms: GPUBufferBinding,
  buffers: readonly GPUBindingResource[],
): GPUBindGroup {
  return device.createBindGroup({
    label: kernel.name,
    layout: compiledOf(device, kernel).layout,
    entries: [uniforms, ...buffers].map((resource, binding) => ({ binding, resource })),
  });
}
