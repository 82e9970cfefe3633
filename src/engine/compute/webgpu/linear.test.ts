import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { runOperation } from './eager.ts';
import { addParts, partsSize, type LinearCall } from './linear.ts';
import { geluForward } from './activations.ts';
import { LINEAR, type Matmul } from './linearVariants.ts';

const draws = (key: number, length: number): Float32Array => {
  const random = new RandomStream(key);
  return Float32Array.from({ length }, () => random.normal());
};

/** Layers in one flat buffer, in another order than their columns, with gaps. */
const CASES: Readonly<Record<string, LinearCall>> = {
  'one layer, a remainder of rows': {
    rows: 131,
    inputs: 12,
    layers: [{ outputs: 20, weight: 64, bias: 4 }],
  },
  'three layers': {
    rows: 9,
    inputs: 8,
    layers: [
      { outputs: 16, weight: 256, bias: 64 },
      { outputs: 4, weight: 128, bias: 32 },
      { outputs: 8, weight: 512, bias: 0 },
    ],
  },
  'a vocabulary with a remainder': {
    rows: 6,
    inputs: 16,
    layers: [{ outputs: 37, weight: 64 }],
    outStride: 44,
  },
  'tiles with edges in every direction, and layers that meet in one': {
    rows: 70,
    inputs: 36,
    layers: [
      { outputs: 20, weight: 128, bias: 0 },
      { outputs: 24, weight: 1024, bias: 64 },
    ],
  },
};
const FLAT = 2048;
const parameters = draws(7, FLAT);

/** The layers of a call as one matrix [columns, inputs] and one bias [columns]. */
function joined(call: LinearCall) {
  const weights = call.layers.map(({ outputs, weight }) =>
    tf.tensor2d(parameters.slice(weight, weight + outputs * call.inputs), [outputs, call.inputs]),
  );
  const biases = call.layers.map(({ outputs, bias = 0 }) =>
    tf.tensor1d(parameters.slice(bias, bias + outputs)),
  );
  return { weight: tf.concat2d(weights, 0), bias: tf.concat1d(biases) };
}

/** dy with zeros between the outputs and its stride. */
function padded(dy: tf.Tensor2D, call: LinearCall): tf.Tensor2D {
  const extra = (call.outStride ?? dy.shape[1]) - dy.shape[1];
  return tf.pad2d(dy, [
    [0, 0],
    [0, extra],
  ]);
}

interface Golden {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly out: Float32Array;
  readonly dx: Float32Array;
  /** Flat, as the kernels add to it: what the parameters' places had, plus the gradient. */
  readonly gradients: Float32Array;
}
const goldens = new Map<string, Golden>();
const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'cpu' });
  for (const [name, call] of Object.entries(CASES)) {
    const { weight, bias } = joined(call);
    const columns = weight.shape[0];
    const x = tf.tensor2d(draws(1, call.rows * call.inputs), [call.rows, call.inputs]);
    const dy = tf.tensor2d(draws(2, call.rows * columns), [call.rows, columns]);
    const op = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
      tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true), b);
    const [dx, dw, db] = tf.grads(op)([x, weight, bias], dy);
    const [dWeights, dBiases] = [await dw.data<'float32'>(), await db.data<'float32'>()];
    const gradients = draws(3, FLAT);
    let column = 0;
    for (const { outputs, weight, bias } of call.layers) {
      for (let i = 0; i < outputs * call.inputs; i++)
        gradients[weight + i] += dWeights[column * call.inputs + i];
      for (let i = 0; bias !== undefined && i < outputs; i++) gradients[bias + i] += dBiases[column + i];
      column += outputs;
    }
    goldens.set(name, {
      x: (await x.data<'float32'>()).slice(),
      dy: (await padded(dy, call).data<'float32'>()).slice(),
      out: (await op(x, weight, bias).data<'float32'>()).slice(),
      dx: (await dx.data<'float32'>()).slice(),
      gradients,
    });
  }
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
}, 60_000);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  expect(worst, what).toBeLessThan(5e-5);
  expect(errors).toEqual([]);
}

const VARIANTS = Object.keys(LINEAR) as Matmul[];

describe.each(VARIANTS.flatMap((matmul) => Object.keys(CASES).map((name) => [matmul, name] as const)))(
  '%s: %s',
  (matmul, name) => {
    const operations = LINEAR[matmul];
    const call = CASES[name];
    const columns = call.layers.reduce((sum, { outputs }) => sum + outputs, 0);
    const stride = call.outStride ?? columns;
    const bias = call.layers.every((layer) => layer.bias !== undefined);
    const inputs = () => {
      const golden = goldens.get(name)!;
      return {
        golden,
        x: tf.tensor1d(golden.x),
        dy: tf.tensor1d(golden.dy),
        parameters: tf.tensor1d(parameters),
      };
    };
    /** Without the columns between the outputs and the stride. */
    const outputs = (values: Float32Array) => values.filter((_, i) => i % stride < columns);

    it('forward', async () => {
      const { golden, x, parameters } = inputs();
      const flatBias = await joined(call).bias.data<'float32'>();
      const expected = golden.out.map((value, i) => (bias ? value : value - flatBias[i % columns]));
      const shape = [call.rows * stride];
      const [out] = runOperation(operations.forward('plain', { bias }), call, [x, parameters], [{ shape }]);
      expectClose(outputs(await out.data<'float32'>()), expected, name);
    });

    it('forward plus a residual', async () => {
      const { x, parameters } = inputs();
      const shape = [call.rows * stride];
      const [plain] = runOperation(operations.forward('plain', { bias }), call, [x, parameters], [{ shape }]);
      const residual = tf.tensor1d(draws(5, shape[0]));
      const [sum] = runOperation(
        operations.forward('residual', { bias }),
        call,
        [x, parameters, residual],
        [{ shape }],
      );
      expectClose(
        outputs(await sum.data<'float32'>()),
        outputs(await tf.add(plain, residual).data<'float32'>()),
        name,
      );
    });

    it('forward, and GELU of it', async () => {
      const { x, parameters } = inputs();
      const count = call.rows * stride;
      const operation = operations.forward('gelu', { bias });
      const zeros = () => tf.zeros([count]);
      const [out, active] = runOperation(operation, call, [x, parameters], [zeros(), zeros()]);
      const [plain] = runOperation(operations.forward('plain', { bias }), call, [x, parameters], [zeros()]);
      const [expected] = runOperation(geluForward(1), { count }, [plain], [{ shape: [count] }]);
      expectClose(await out.data<'float32'>(), await plain.data<'float32'>(), name);
      expectClose(await active.data<'float32'>(), await expected.data<'float32'>(), name);
    });

    it('gradient of the input, set and added', async () => {
      const { golden, dy, parameters } = inputs();
      const shape = [call.rows * call.inputs];
      const [dx] = runOperation(operations.inputGradient('set'), call, [dy, parameters], [{ shape }]);
      expectClose(await dx.data(), golden.dx, name);
      const [twice] = runOperation(operations.inputGradient('add'), call, [dy, parameters], [dx]);
      expectClose(
        await twice.data(),
        golden.dx.map((value) => 2 * value),
        `${name}, added`,
      );
    });

    it.each([1, 3])(
      'gradient of weights and biases, rows in %s parts, the same bits twice',
      async (parts) => {
        const { golden, dy, x } = inputs();
        const start = draws(3, FLAT);
        const run = async () => {
          const gradients = tf.tensor1d(start);
          runOperation(operations.weightGradient({ bias }), call, [dy, x], [gradients]);
          const partial = { ...call, parts };
          const other = tf.tensor1d(start);
          const [products] = runOperation(
            operations.weightGradientParts,
            partial,
            [dy, x],
            [{ shape: [partsSize(partial)] }],
          );
          runOperation(addParts({ bias }), partial, [products], [other]);
          return [await gradients.data<'float32'>(), await other.data<'float32'>()];
        };
        const [whole, inParts] = await run();
        expectClose(whole, golden.gradients, name);
        expectClose(inParts, golden.gradients, `${name}, in parts`);
        expect(await run()).toEqual([whole, inParts]);
      },
    );
  },
);
