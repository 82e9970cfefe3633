import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerNorm, rmsNorm } from '../ops/norm.ts';
import { bufferView, flushTfjs, gpuDevice } from './eager.ts';
import * as norms from './norms.ts';
import { packOf } from './pack.ts';
import { Plan } from './plan.ts';
import { composite, draws, expectClose, openTestDevice, placed, plus, run } from './testing.ts';

beforeAll(openTestDevice);

/** An invocation a row, in vectors of four. */
const ALONE = norms.normRowing(4, 1);

describe.each([
  { rows: 131, width: 20, lanes: 1 },
  { rows: 5, width: 7, lanes: 1 },
  { rows: 5, width: 20, lanes: 64 },
  { rows: 3, width: 268, lanes: 64 },
  { rows: 5, width: 84, lanes: 'subgroups' },
  { rows: 3, width: 268, lanes: 'subgroups' },
] as const)('norms of $rows rows of $width, lanes: $lanes', ({ rows, width, lanes }) => {
  const pack = packOf(width);
  const rowing = norms.normRowing(width, lanes);
  const size = rows * width;
  const [x, dy, before] = [draws(1, size).map((v) => v + 0.5), draws(2, size), draws(3, size)];
  const [weight, bias] = [draws(4, width), draws(5, width)];
  const parameters = placed(draws(6, 960), [64, weight], [512, bias]);
  const kept = draws(7, 960);
  const dirty = (count: number) => new Float32Array(count).fill(7);
  const partial = () => dirty(norms.normChunks(rows) * width);

  it('RMSNorm, forward and backward', async () => {
    const op = (x: tf.Tensor2D, w: tf.Tensor1D) => rmsNorm(x, w, 1e-5);
    const golden = await composite(
      op,
      [
        { values: x, shape: [rows, width] },
        { values: weight, shape: [width] },
      ],
      dy,
    );
    const call = { rows, width, weight: 64, epsilon: 1e-5 };
    const [out] = await run(norms.rmsNormForward(rowing), call, [x, parameters], [dirty(size)]);
    expectClose(out, golden.value);
    const outputs = [before, dirty(rows)];
    const backward = (accumulate: boolean) =>
      run(norms.rmsNormBackward(rowing, { accumulate }), call, [x, parameters, dy], outputs);
    const [dx, statistics] = await backward(false);
    expectClose(dx, golden.gradients[0]);
    expectClose((await backward(true))[0], plus(before, golden.gradients[0]));
    const [chunks] = await run(norms.rmsNormWeightGradient(pack), call, [x, dy, statistics], [partial()]);
    const sum = { chunks: norms.normChunks(rows), width, offset: 64 };
    const [gradients] = await run(norms.sumPartials(pack), sum, [chunks], [kept]);
    const added = plus(kept.subarray(64, 64 + width), golden.gradients[1]);
    expectClose(gradients, placed(kept, [64, added]));
  });

  it('LayerNorm, forward and backward', async () => {
    const op = (x: tf.Tensor2D, w: tf.Tensor1D, b: tf.Tensor1D) => layerNorm(x, w, b, 1e-6);
    const golden = await composite(
      op,
      [
        { values: x, shape: [rows, width] },
        { values: weight, shape: [width] },
        { values: bias, shape: [width] },
      ],
      dy,
    );
    const call = { rows, width, weight: 64, bias: 512, epsilon: 1e-6 };
    const inputs = [x, parameters, parameters];
    const [out] = await run(norms.layerNormForward(rowing), call, inputs, [dirty(size)]);
    expectClose(out, golden.value);
    const outputs = [before, dirty(2 * rows)];
    const backward = (accumulate: boolean) =>
      run(norms.layerNormBackward(rowing, { accumulate }), call, [x, parameters, dy], outputs);
    const [dx, statistics] = await backward(false);
    expectClose(dx, golden.gradients[0]);
    expectClose((await backward(true))[0], plus(before, golden.gradients[0]));
    const partials = await run(
      norms.layerNormWeightGradient(pack),
      call,
      [x, dy, statistics],
      [partial(), partial()],
    );
    for (const [i, offset] of [64, 512].entries()) {
      const sum = { chunks: norms.normChunks(rows), width, offset };
      const [gradients] = await run(norms.sumPartials(pack), sum, [partials[i]], [kept]);
      const added = plus(kept.subarray(offset, offset + width), golden.gradients[i + 1]);
      expectClose(gradients, placed(kept, [offset, added]));
    }
  });
});

it('a row of zeros and one of huge values stay finite', async () => {
  const x = Float32Array.of(0, 0, 0, 0, 1e15, -1e15, 1e15, 1e15);
  const [weight, out] = [new Float32Array(4).fill(1), new Float32Array(8)];
  const call = { rows: 2, width: 4, weight: 0, epsilon: 1e-5 };
  const [values] = await run(norms.rmsNormForward(ALONE), call, [x, weight], [out]);
  expect([...values]).toEqual([0, 0, 0, 0, 1, -1, 1, 1]);
});

it('a plan binds the flat parameters as weight and as bias, and works on the residual stream in place', async () => {
  const [rows, width] = [3, 8];
  const storage = (values: Float32Array): GPUBuffer => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = gpuDevice().createBuffer({ size: values.byteLength, usage });
    gpuDevice().queue.writeBuffer(buffer, 0, values.slice());
    return buffer;
  };
  const values = [draws(1, rows * width), draws(2, 192), draws(3, rows * width), draws(4, rows * width)];
  const [x, parameters, dy, stream] = values;
  const [out, statistics] = [new Float32Array(rows * width), new Float32Array(2 * rows)];
  const call = { rows, width, weight: 64, bias: 128, epsilon: 1e-6 };
  const buffers = {
    x: storage(x),
    parameters: storage(parameters),
    dy: storage(dy),
    out: storage(out),
    dx: storage(stream),
    statistics: storage(statistics),
  };
  const plan = new Plan<typeof call>(gpuDevice(), 'norms');
  const forward = norms.layerNormForward(ALONE);
  const backward = norms.layerNormBackward(ALONE, { accumulate: true });
  plan.add(forward, { ...buffers, biases: buffers.parameters }, (call) => call);
  plan.add(backward, buffers, (call) => call);
  plan.prepare(call);
  flushTfjs();
  const encoder = gpuDevice().createCommandEncoder();
  const pass = encoder.beginComputePass();
  plan.record(pass);
  pass.end();
  gpuDevice().queue.submit([encoder.finish()]);
  const read = (buffer: GPUBuffer) => tf.add(bufferView(buffer, 0, [rows * width]), 0).data<'float32'>();
  const [golden] = await run(forward, call, [x, parameters, parameters], [out]);
  expect(await read(buffers.out)).toEqual(golden);
  const [dx] = await run(backward, call, [x, parameters, dy], [stream, statistics]);
  expect(await read(buffers.dx)).toEqual(dx);
  plan.dispose();
});
