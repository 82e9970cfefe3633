/** Holds a backend to golden values of another implementation: features, logits, losses, every gradient, decoding. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../compute/backend.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { CheckpointFiles } from './checkpoint.ts';
import { decodeStep, prefill } from './decode.ts';
import { headLogits, hiddenStates, imageFeatures } from './forward.ts';
import {
  activationTolerance,
  goldenTensor,
  gradientTolerance,
  readGolden,
  scalarTolerance,
} from './golden.ts';
import type { Golden } from './golden.ts';
import { completionLogProbs, disposeBatch, goldenBatch, lossAndGradients } from './goldenBatch.ts';
import type { GoldenBatch } from './goldenBatch.ts';
import { runGoldenPlan } from './plans/goldenPlan.ts';
import { planObstacle } from './plans/workspace.ts';
import { Policy } from './policy.ts';
import { generateRollouts } from '../rl/rollout.ts';
import { verifyTrlLosses } from './verifyTrl.ts';

export interface VerificationRow {
  readonly backend: BackendName;
  readonly quantity: string;
  /** Largest absolute difference; for greedy_new_tokens, how many tokens differ. */
  readonly worst: number;
  readonly tolerance: number;
  readonly ok: boolean;
}

function worstDifference(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  counts: (index: number) => boolean = () => true,
): number {
  let worst = 0;
  for (let i = 0; i < golden.length; i++) {
    if (!counts(i)) continue;
    const difference = Math.abs(actual[i] - golden[i]);
    // NaN must not pass for agreement.
    if (Number.isNaN(difference)) return NaN;
    if (difference > worst) worst = difference;
  }
  return worst;
}

type Report = (quantity: string, worst: number, tolerance: number) => void;

async function verifyForward(
  policy: Policy,
  golden: Golden,
  batch: GoldenBatch,
  backend: BackendName,
  report: Report,
) {
  const { features, logits, logProbs, entropies } = tf.tidy(() => {
    const features = imageFeatures(policy, batch.pixels);
    const hidden = hiddenStates(policy, batch.inputIds, features);
    const flat = tf.reshape(hidden, [batch.rows * batch.length, policy.config.text.hidden_size]);
    return {
      features,
      logits: headLogits(policy, flat as tf.Tensor2D),
      ...completionLogProbs(policy, batch, hidden, golden.temperature),
    };
  });
  const attended = goldenTensor(golden, 'attention_mask').data;
  const vocabulary = policy.config.text.vocab_size;
  const inCompletion = (i: number) => batch.maskValues[i] === 1;
  const check = async (quantity: string, actual: tf.Tensor, counts?: (i: number) => boolean) => {
    const worst = worstDifference(
      await actual.data<'float32'>(),
      goldenTensor(golden, quantity).data,
      counts,
    );
    report(quantity, worst, activationTolerance(golden, quantity, backend));
  };
  await check('image_features', features);
  await check('logits', logits, (i) => attended[Math.floor(i / vocabulary)] === 1);
  await check('completion_logps', logProbs, inCompletion);
  await check('completion_entropy', entropies, inCompletion);
  tf.dispose([features, logits, logProbs, entropies]);
}

async function verifyLoss(
  policy: Policy,
  golden: Golden,
  batch: GoldenBatch,
  backend: BackendName,
  report: Report,
) {
  const { scalars, gradients } = await lossAndGradients(policy, batch, golden.temperature, golden.objective);
  for (const [name, expected] of golden.scalars) {
    report(name, worstDifference([scalars.get(name)!], [expected]), scalarTolerance(golden, name, backend));
  }
  for (const [name, gradient] of gradients) {
    const expected = goldenTensor(golden, `grad.${name}`).data;
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const worst = worstDifference(await gradient.data<'float32'>(), expected);
    report(`grad.${name}`, worst, gradientTolerance(golden, backend, largest));
  }
  tf.dispose([...gradients.values()]);
}

/** Greedy continuation of each row's prompt; after the end token, padding. */
async function greedyTokens(policy: Policy, batch: GoldenBatch, count: number): Promise<number[][]> {
  const { eos_token_id: eos, pad_token_id: pad } = policy.config.text;
  const start = batch.length - batch.completionLength;
  const features = tf.tidy(() => imageFeatures(policy, batch.pixels));
  const prompts = tf.tidy(() => tf.slice(batch.inputIds, [0, 0], [batch.rows, start]));
  const { cache, lastHidden } = prefill(policy, prompts, Array<number>(batch.rows).fill(start), features);
  let hidden = lastHidden;
  const rows = Array.from({ length: batch.rows }, (): number[] => []);
  for (let i = 0; i < count; i++) {
    const best = tf.tidy(() => tf.argMax(headLogits(policy, hidden), 1));
    const chosen = await best.data<'int32'>();
    tf.dispose([best, hidden]);
    rows.forEach((row, b) => row.push(row.includes(eos) ? pad : chosen[b]));
    const ids = tf.tensor1d(
      rows.map((row) => row.at(-1)!),
      'int32',
    );
    hidden = decodeStep(policy, cache, ids);
    ids.dispose();
  }
  tf.dispose([hidden, features, prompts]);
  cache.dispose();
  return rows;
}

async function verifyGreedy(
  policy: Policy,
  golden: Golden,
  batch: GoldenBatch,
  report: Report,
): Promise<void> {
  const expected = golden.greedyNewTokens;
  if (expected.length === 0) return;
  const actual = await greedyTokens(policy, batch, Math.max(...expected.map((row) => row.length)));
  const differing = expected.flatMap((row, b) => row.filter((token, i) => token !== actual[b][i])).length;
  report('greedy_new_tokens', differing, 0);
}

/** The same by the static plans, where they compute: log-probs, losses, every gradient, greedy tokens. */
async function verifyPlans(
  policy: Policy,
  golden: Golden,
  batch: GoldenBatch,
  backend: BackendName,
  report: Report,
) {
  const run = await runGoldenPlan(policy, golden);
  const check = (quantity: string, actual: Float32Array) => {
    const expected = goldenTensor(golden, quantity).data;
    const worst = worstDifference(actual, expected, (i) => run.mask[i] === 1);
    report(`plan ${quantity}`, worst, activationTolerance(golden, quantity, backend));
  };
  check('completion_logps', run.logProbs);
  check('completion_entropy', run.entropies);
  for (const [name, actual] of [
    ['policy_loss', run.policyLoss],
    ['kl', run.kl],
  ] as const) {
    const expected = golden.scalars.get(name);
    if (expected === undefined) continue;
    report(`plan ${name}`, worstDifference([actual], [expected]), scalarTolerance(golden, name, backend));
  }
  for (const [name, { data }] of run.gradients) {
    const expected = goldenTensor(golden, `grad.${name}`).data;
    const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    report(`plan grad.${name}`, worstDifference(data, expected), gradientTolerance(golden, backend, largest));
  }
  const { greedyNewTokens } = golden;
  if (greedyNewTokens.length === 0) return;
  const start = batch.length - batch.completionLength;
  const prompts = greedyNewTokens.map((_, b) => ({
    ids: [...batch.ids.subarray(b * batch.length, b * batch.length + start)],
  }));
  const maxNewTokens = Math.max(...greedyNewTokens.map((row) => row.length));
  const rollouts = await generateRollouts(
    policy,
    prompts,
    Float32Array.from(goldenTensor(golden, 'pixel_values').data),
    1,
    { temperature: 0, topP: 1, topK: 0, maxNewTokens },
    { seed: 0, step: 0, groups: prompts.map((_, b) => b) },
  );
  const pad = policy.config.text.pad_token_id;
  const differing = greedyNewTokens.flatMap((row, b) =>
    row.filter((token, i) => token !== (rollouts[b][0].tokenIds[i] ?? pad)),
  ).length;
  report('plan greedy_new_tokens', differing, 0);
}

/**
 * Compares the current backend, named for the rows, with the golden values of a folder: config.json,
 * model.safetensors, golden.safetensors, golden.json and, when present, trl-losses.json.
 */
export async function verifyDirectory(
  files: CheckpointFiles,
  backend: BackendName,
): Promise<VerificationRow[]> {
  const [checkpoint, golden] = [await readCheckpoint(files), await readGolden(files)];
  const policy = Policy.fromTensors(checkpoint.config, checkpoint.tensors);
  const batch = goldenBatch(golden);
  const rows: VerificationRow[] = [];
  const report: Report = (quantity, worst, tolerance) =>
    rows.push({ backend, quantity, worst, tolerance, ok: worst <= tolerance });
  await verifyForward(policy, golden, batch, backend, report);
  await verifyLoss(policy, golden, batch, backend, report);
  await verifyGreedy(policy, golden, batch, report);
  if (policy.flat && planObstacle(policy.config) === null) {
    await verifyPlans(policy, golden, batch, backend, report);
  }
  const trl = await files('trl-losses.json');
  if (trl) await verifyTrlLosses(policy, golden, batch, JSON.parse(new TextDecoder().decode(trl)), report);
  policy.dispose();
  disposeBatch(batch);
  return rows;
}
