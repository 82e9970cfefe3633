import { beforeAll, describe, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { GpuCounter } from './gpuCounter.ts';

const SHADER = `@group(0) @binding(0) var<storage, read_write> x : array<f32>;
@compute @workgroup_size(1) fn main() { x[0] = 1.0; }`;

describe('GpuCounter', () => {
  let counter: GpuCounter;
  let device: GPUDevice;

  beforeAll(async () => {
    Object.assign(globalThis, globals);
    counter = new GpuCounter(() => {
      const { user, system } = process.cpuUsage();
      return user + system;
    });
    const adapter = await create(['backend=null']).requestAdapter();
    device = await adapter!.requestDevice();
  });

  it('counts what is asked of the device, and only during the call', async () => {
    const counts = await counter.count(async () => {
      const storage = device.createBuffer({
        size: 64,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
      });
      const landing = device.createBuffer({
        size: 32,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(landing, 0, new Float32Array(4), 1, 2);
      const module = device.createShaderModule({ code: SHADER });
      const pipeline = device.createComputePipeline({ label: 'ones', layout: 'auto', compute: { module } });
      const layout = pipeline.getBindGroupLayout(0);
      const group = device.createBindGroup({
        layout,
        entries: [{ binding: 0, resource: { buffer: storage } }],
      });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(1);
      pass.dispatchWorkgroups(2);
      pass.end();
      encoder.copyBufferToBuffer(storage, 0, landing, 0, 16);
      device.queue.submit([encoder.finish()]);
      await landing.mapAsync(GPUMapMode.READ, 0, 16);
    });
    expect(counts).toMatchObject({
      dispatches: 2,
      submits: 1,
      readBacks: 1,
      bytesRead: 16,
      bytesWritten: 8,
      bytesAllocated: 96,
      bindGroups: 1,
      pipelines: 1,
      byPipeline: { ones: 2 },
    });
    expect(await counter.count(async () => undefined)).toMatchObject({
      dispatches: 0,
      submits: 0,
      byPipeline: {},
    });
  });

  it('does not take waiting for work', async () => {
    const busy = await counter.count(async () => {
      const start = process.cpuUsage();
      while (process.cpuUsage(start).user < 5_000);
    });
    const idle = await counter.count(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(busy.javascriptMicroseconds).toBeGreaterThan(2_000);
    expect(idle.javascriptMicroseconds).toBeLessThan(45_000);
  });

  it('stopped it leaves the methods as they were', async () => {
    const submit = (): unknown => Object.getOwnPropertyDescriptor(GPUQueue.prototype, 'submit')?.value;
    const before = submit();
    const other = new GpuCounter();
    expect(submit()).not.toBe(before);
    const { submits, javascriptMicroseconds } = await other.count(async () => device.queue.submit([]));
    expect(submits).toBe(1);
    expect(Number.isFinite(javascriptMicroseconds)).toBe(true);
    other.stop();
    expect(submit()).toBe(before);
  });
});
