/**
 * Static plans: a sequence of kernels whose pipelines and bind groups are made once and then replayed, so that a
 * dispatch costs the CPU about two microseconds. Sizes may change from run to run within the buffers' capacity:
 * the uniforms and workgroups of every step are functions of them.
 */
import { freeBuffer, makeBuffer } from './buffers.ts';
import { bindGroupOf, compileKernels, pipelineOf, uniformBytes, writeUniforms } from './kernel.ts';
import type { Kernel, Operation, Workgroups } from './kernel.ts';

/** A buffer, or a part of one that starts at a multiple of 256 bytes. */
export type PlanBuffer = GPUBuffer | GPUBufferBinding;

interface Step<Sizes> {
  readonly kernel: Kernel;
  readonly buffers: readonly GPUBufferBinding[];
  /** Uniforms and workgroups for the sizes of a run; null: not in this run. */
  readonly call: (sizes: Sizes) => { uniforms: readonly number[]; workgroups: Workgroups } | null;
  readonly uniformOffset: number;
}

interface Prepared {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  workgroups: Workgroups | null;
}

const UNIFORM_ALIGNMENT = 256;

const binding = (buffer: PlanBuffer): GPUBufferBinding => ('buffer' in buffer ? buffer : { buffer });

/** Kernels in the order they run. `add` them all, then `prepare` for the sizes of a run and `record` it, many times. */
export class Plan<Sizes> {
  readonly #device: GPUDevice;
  readonly #label: string;
  readonly #steps: Step<Sizes>[] = [];
  #prepared: Prepared[] = [];
  #uniforms: GPUBuffer | null = null;
  #bytes = 0;

  constructor(device: GPUDevice, label: string) {
    this.#device = device;
    this.#label = label;
  }

  /** Dispatches of a run at most: a step may have none for some sizes. */
  get length(): number {
    return this.#steps.length;
  }

  /** Appends a step: buffers by the kernel's names; a `call` of null leaves it out of a run. */
  add<Call, const K extends Kernel>(
    operation: Operation<Call, K>,
    buffers: Readonly<Record<keyof K['buffers'], PlanBuffer>>,
    call: (sizes: Sizes) => NoInfer<Call> | null,
  ): void {
    if (this.#uniforms) throw new Error(`plan ${this.#label}: complete, no step can be added`);
    const { kernel } = operation;
    const names = Object.keys(kernel.buffers) as (keyof K['buffers'])[];
    this.#steps.push({
      kernel,
      buffers: names.map((name) => binding(buffers[name])),
      call: (sizes) => {
        const values = call(sizes);
        return values && { uniforms: operation.uniforms(values), workgroups: operation.workgroups(values) };
      },
      uniformOffset: this.#bytes,
    });
    this.#bytes += Math.ceil(uniformBytes(kernel) / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
  }

  /** Compiles its kernels, all at the same time; without it, they are compiled one by one when it is first prepared. */
  compile(): Promise<void> {
    return compileKernels(
      this.#device,
      this.#steps.map(({ kernel }) => kernel),
    );
  }

  #complete(): GPUBuffer {
    if (this.#uniforms) return this.#uniforms;
    const buffer = makeBuffer(this.#device, {
      label: `${this.#label} uniforms`,
      size: Math.max(this.#bytes, UNIFORM_ALIGNMENT),
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#prepared = this.#steps.map(({ kernel, buffers, uniformOffset }) => {
      const uniforms = { buffer, offset: uniformOffset, size: uniformBytes(kernel) };
      const bindGroup = bindGroupOf(this.#device, kernel, uniforms, buffers);
      return { pipeline: pipelineOf(this.#device, kernel), bindGroup, workgroups: null };
    });
    this.#uniforms = buffer;
    return buffer;
  }

  /**
   * Sets the sizes of the runs recorded from now on: one write of all uniforms, before anything that is submitted
   * later. Runs recorded before must have been submitted.
   */
  prepare(sizes: Sizes): void {
    const uniforms = this.#complete();
    const bytes = new ArrayBuffer(Math.max(this.#bytes, UNIFORM_ALIGNMENT));
    const view = new DataView(bytes);
    this.#steps.forEach((step, i) => {
      const call = step.call(sizes);
      this.#prepared[i].workgroups = call && call.workgroups;
      if (call) writeUniforms(step.kernel, call.uniforms, view, step.uniformOffset);
    });
    this.#device.queue.writeBuffer(uniforms, 0, bytes);
  }

  /** Records one run into a compute pass. */
  record(pass: GPUComputePassEncoder): void {
    let current: GPUComputePipeline | null = null;
    for (const { pipeline, bindGroup, workgroups } of this.#prepared) {
      if (!workgroups) continue;
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
  }

  /** Frees the uniforms; the buffers stay their owners'. */
  dispose(): void {
    if (this.#uniforms) freeBuffer(this.#uniforms);
    this.#uniforms = null;
    this.#prepared = [];
  }
}

/** What was made, once its kernels are compiled; where one does not compile, it is disposed of. */
export async function compiled<P extends { compile(): Promise<unknown>; dispose(): void }>(
  made: P,
): Promise<P> {
  try {
    await made.compile();
    return made;
  } catch (error) {
    made.dispose();
    throw error;
  }
}
