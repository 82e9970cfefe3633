/** Weights of a config: on the null backend their values do not matter, only their shapes. */
import { parameterShapes } from '../../src/engine/model/layout.ts';
import type { NamedTensors, PolicyConfig } from '../../src/engine/model/types.ts';

export function initialWeights(config: PolicyConfig): NamedTensors {
  const shapes = [...parameterShapes(config)];
  return new Map(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: new Float32Array(size).fill(0.01) }];
    }),
  );
}
