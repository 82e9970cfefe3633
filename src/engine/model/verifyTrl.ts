import * as tf from '@tensorflow/tfjs-core';
import { trlCases } from '../rl/trlCases.ts';
import type { Golden } from './golden.ts';
import { lossAndGradients } from './goldenBatch.ts';
import type { GoldenBatch } from './goldenBatch.ts';
import type { Policy } from './policy.ts';

/** Stated in words by trl-losses.json. */
const GRADIENT_NORM_TOLERANCE = 1e-3;

async function globalNorm(gradients: Iterable<tf.Tensor>): Promise<number> {
  const total = tf.tidy(() => tf.sum(tf.stack([...gradients].map((g) => tf.sum(tf.square(g))))));
  const [squares] = await total.data<'float32'>();
  total.dispose();
  return Math.sqrt(squares);
}

/** TRL's own losses and gradient norms on the golden batch: two rows for each case. */
export async function verifyTrlLosses(
  policy: Policy,
  { temperature }: Golden,
  batch: GoldenBatch,
  json: unknown,
  report: (quantity: string, worst: number, tolerance: number) => void,
): Promise<void> {
  const { cases, maxCompletionLength, referenceClamp } = trlCases(json);
  for (const { name, config, reason, loss, lossTolerance, gradNorm } of cases) {
    if (!config) {
      // Not silently left out: a row that cannot be checked is not ok.
      report(`${name}: ${reason}`, NaN, 0);
      continue;
    }
    const options = { maxCompletionLength, referenceClamp };
    const { scalars, gradients } = await lossAndGradients(policy, batch, temperature, config, options);
    report(
      `${name} loss`,
      Math.abs(scalars.get('loss')! - loss),
      lossTolerance * Math.max(1, Math.abs(loss)),
    );
    const norm = await globalNorm(gradients.values());
    report(`${name} grad_norm`, Math.abs(norm - gradNorm), GRADIENT_NORM_TOLERANCE * gradNorm);
    tf.dispose([...gradients.values()]);
  }
}
