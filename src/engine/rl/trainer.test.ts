import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { DualEncoder } from '../rewards/scorer/dualEncoder.ts';
import { DualEncoderScorer } from '../rewards/scorer/index.ts';
import { initialScorer } from '../rewards/scorer/parameters.ts';
import { Vocabulary } from '../rewards/scorer/words.ts';
import { taskSetByName } from '../tasks/index.ts';
import { groupAdvantages } from './advantage.ts';
import { lossNormaliser } from './aggregation.ts';
import { referencePolicyLoss } from './objectiveReference.ts';
import { presetByName } from './presets.ts';
import { loadRunParts } from './runParts.ts';
import { packState, unpackState } from './stateFiles.ts';
import { Trainer, type TrainerParts, type TrainerProgress, type TrainerState } from './trainer.ts';
import type { StepRecord, TrainConfig } from './types.ts';

const tasks = taskSetByName('scenes-nano');

/** An untrained scorer: another similarity for another text, which is all that these tests need of it. */
function scorer(): DualEncoderScorer {
  const vocabulary = new Vocabulary(['red', 'green', 'blue', 'cube', 'sphere', ',']);
  const config = {
    imageSize: 24,
    patchSize: 8,
    width: 16,
    heads: 2,
    layers: 1,
    wordWidth: 8,
    textWidth: 16,
    embedding: 16,
    words: vocabulary.words,
    vocabularySize: vocabulary.size,
  };
  return new DualEncoderScorer(
    { ...config, id: 'untrained', threshold: 0.5, maxTokens: 64 },
    new DualEncoder(config, initialScorer(config, 3)),
  );
}

const shipped = (name: string): Promise<Uint8Array | null> =>
  readFile(join('public', 'models', 'nano', name)).catch(() => null);

/** The shipped nano policy: it has something to say, so that its rewards differ. */
async function parts(): Promise<TrainerParts> {
  return loadRunParts(shipped, tasks, scorer());
}

const nano = presetByName('nano');
const config: TrainConfig = {
  ...nano,
  promptsPerStep: 2,
  promptsPerMiniBatch: 2,
  groupSize: 4,
  rolloutsPerMicroBatch: 8,
  sampling: { ...nano.sampling, maxNewTokens: 24 },
  split: { ...nano.split, questions: 6, n: 2 },
  optimizer: { ...nano.optimizer, learningRate: 1e-2 },
};

async function steps(trainer: Trainer, count: number): Promise<StepRecord[]> {
  const records: StepRecord[] = [];
  while (records.length < count) records.push(await trainer.runStep());
  return records;
}

/** Wall-clock metrics differ between runs; everything else must not. */
function timeless(record: StepRecord): unknown {
  const metrics = Object.entries(record.metrics).filter(([name]) => !/time|second/.test(name));
  return { ...record, metrics: Object.fromEntries(metrics) };
}

/** Through JSON and safetensors, as a run is saved. */
function throughFiles({ progress, parameters, reference, optimizer }: TrainerState): TrainerState {
  const files = packState(progress, { parameters, reference, optimizer });
  const { plain, tensors } = unpackState(files, ['parameters', 'reference', 'optimizer']);
  return {
    progress: plain as TrainerProgress,
    parameters: tensors.parameters,
    reference: tensors.reference,
    optimizer: tensors.optimizer,
  };
}

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
});

describe('a run', () => {
  test('goes split → perception → reasoning by its plan, through every phase in order', async () => {
    const trainer = new Trainer(await parts(), config);
    const phases: string[] = [];
    const changes: string[] = [];
    while (trainer.step < 3) {
      const { phase, stageChange } = await trainer.advance();
      phases.push(phase);
      if (stageChange) changes.push(`${stageChange.from}→${stageChange.to} at ${stageChange.atStep}`);
    }
    const step = ['sample', 'rollout', 'score', 'advantage', 'update'];
    expect(phases).toEqual(['split', ...step, ...step, ...step]);
    expect(changes).toEqual(['warm-up→perception at 0', 'perception→reasoning at 2']);
    expect(trainer.split?.entries.map((entry) => entry.qid)).toEqual(
      Array.from({ length: 6 }, (_, index) => tasks.sample('train', index).qid),
    );
    expect(trainer.split?.relaxed.length).toBeGreaterThan(0);
  });

  test('saved and resumed between any two phases gives the numbers of an uninterrupted one', async () => {
    const whole = new Trainer(await parts(), config);
    const expected = await steps(whole, 3);
    const records: StepRecord[] = [];
    let state: TrainerState | undefined;
    while (records.length < 3) {
      const fresh = new Trainer(await parts(), config, state ? { state } : {});
      const { record } = await fresh.advance();
      if (record) records.push(record);
      state = throughFiles(await fresh.exportState());
      fresh.dispose();
    }
    expect(records.map(timeless)).toEqual(expected.map(timeless));
  });

  test('changes the policy, and keeps what it was trained with', async () => {
    const trainer = new Trainer(await parts(), { ...config, stages: 'perception' });
    const before = await trainer.exportState();
    const [record] = await steps(trainer, 1);
    const after = await trainer.exportState();
    const name = 'model.text_model.embed_tokens.weight';
    expect(after.parameters.get(name)!.data).not.toEqual(before.parameters.get(name)!.data);
    expect(after.reference.get(name)!.data).toEqual(before.parameters.get(name)!.data);
    expect(record.metrics.grad_norm).toBeGreaterThan(0);
    expect(record.metrics.mismatch).toBeLessThan(1e-5);

    const rewards = record.groups.map((group) => group.rollouts.map((rollout) => rollout.reward));
    const { advantages } = groupAdvantages(rewards, 'group', 1e-6);
    expect(record.groups.map((group) => group.rollouts.map((rollout) => rollout.advantage))).toEqual(
      advantages,
    );
    for (const rollout of record.groups.flatMap((group) => group.rollouts)) {
      const total = rollout.terms.reduce((sum, term) => sum + term.weight * term.value!, 0);
      expect(rollout.reward).toBeCloseTo(total, 12);
      expect(rollout.oldLogProbs).toHaveLength(rollout.tokenIds.length);
      expect(rollout.logProbs).toEqual(rollout.oldLogProbs);
    }
  });

  test('gives the same first step however the mini-batch is cut', async () => {
    const [whole] = await steps(new Trainer(await parts(), { ...config, stages: 'perception' }), 1);
    const [cut] = await steps(
      new Trainer(await parts(), { ...config, stages: 'perception', rolloutsPerMicroBatch: 2 }),
      1,
    );
    expect(cut.metrics.policy_loss).toBeCloseTo(whole.metrics.policy_loss, 6);
    expect(cut.metrics.grad_norm / whole.metrics.grad_norm).toBeCloseTo(1, 4);
  });

  test('with several mini-batches a step has ratios off 1', async () => {
    const trainer = new Trainer(await parts(), { ...config, stages: 'perception', promptsPerMiniBatch: 1 });
    const [record] = await steps(trainer, 1);
    const last = record.groups[1].rollouts.flatMap((rollout) =>
      rollout.logProbs.map((logProb, t) => Math.abs(logProb - rollout.oldLogProbs[t])),
    );
    expect(Math.max(...last)).toBeGreaterThan(1e-4);
  });

  test.each([
    { lossType: 'cispo', clampKl: false, biasCorrectedKl: true },
    { lossType: 'sapo', klEstimator: 'k2' },
    { lossType: 'luspo', importanceSampling: 'sequence', advantageEstimator: 'rloo' },
    { lossType: 'vespo', klEstimator: 'k1', advantageEstimator: 'gdpo' },
  ] as const)('$lossType trains on the numbers that the record holds', async (change) => {
    const objective = { ...config.objective, ...change };
    const trainer = new Trainer(await parts(), {
      ...config,
      objective,
      stages: 'perception',
      promptsPerMiniBatch: 1,
    });
    const [record] = await steps(trainer, 1);
    // One update a group: the metric is their token-weighted mean.
    let weighted = 0;
    let tokens = 0;
    for (const { rollouts } of record.groups) {
      const size = rollouts.reduce((sum, rollout) => sum + rollout.tokenIds.length, 0);
      const input = {
        logProbs: rollouts.map((rollout) => rollout.logProbs),
        oldLogProbs: rollouts.map((rollout) => rollout.oldLogProbs),
        referenceLogProbs: rollouts.map((rollout) => rollout.referenceLogProbs),
        advantages: rollouts.map((rollout) => rollout.advantage),
        mask: rollouts.map((rollout) => rollout.tokenIds.map(() => 1)),
      };
      const sizes = { tokens: size, rows: rollouts.length, maxCompletionLength: 24 };
      weighted += size * referencePolicyLoss(input, objective, lossNormaliser(objective, sizes)).policyLoss;
      tokens += size;
    }
    const expected = weighted / tokens;
    const { policy_loss: actual, grad_norm } = record.metrics;
    expect(Math.abs(actual - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    expect(grad_norm).toBeGreaterThan(0);
  });

  test('a hand switch restarts reference and optimiser and is recorded', async () => {
    const trainer = new Trainer(await parts(), config);
    await steps(trainer, 1);
    await trainer.switchStage('reasoning');
    const { parameters, reference, progress } = await trainer.exportState();
    expect(reference).toEqual(parameters);
    expect(progress.stageChanges.at(-1)).toMatchObject({
      atStep: 1,
      from: 'perception',
      to: 'reasoning',
      reason: 'manual',
    });
    const [record] = await steps(trainer, 1);
    expect(record.stage).toBe('reasoning');
    expect(record.metrics.kl).toBeCloseTo(0, 9);
  });

  test('a number that is not finite stops the update and changes nothing', async () => {
    const broken = await parts();
    const trainer = new Trainer(broken, { ...config, stages: 'perception' });
    while (trainer.nextPhase !== 'update') await trainer.advance();
    const state = await trainer.exportState();
    const poisoned = new Map(state.parameters);
    const norm = poisoned.get('model.text_model.norm.weight')!;
    poisoned.set('model.text_model.norm.weight', { ...norm, data: norm.data.map(() => NaN) });
    broken.policy.copyFrom(poisoned);
    await expect(trainer.advance()).rejects.toThrow(/NaN/);
    expect(trainer.nextPhase).toBe('update');
    expect(trainer.step).toBe(0);
    broken.policy.copyFrom(state.parameters);
    expect((await trainer.runStep()).step).toBe(1);
  });

  test('the online variant keeps only groups that fit, or all when none does', async () => {
    const trainer = new Trainer(await parts(), {
      ...config,
      stages: 'perception',
      split: { ...config.split, online: true },
    });
    const phases: string[] = [];
    while (trainer.step < 1) phases.push((await trainer.advance()).phase);
    // Cut off after 24 tokens, no response reaches its answer: four draws, then what the last one drew.
    expect(phases.filter((phase) => phase === 'rollout')).toHaveLength(4);
  });

  test('dynamic sampling fills the step with groups whose rewards differ, and counts what it dropped', async () => {
    // Groups of two and an accuracy that no cut response earns: rewards tie often.
    const often: TrainConfig = {
      ...config,
      stages: 'perception',
      groupSize: 2,
      sampling: { ...config.sampling, temperature: 0.3 },
      optimizer: { ...config.optimizer, learningRate: 1e-4 },
    };
    const dynamic: TrainConfig = { ...often, dynamicSampling: 5 };
    const whole = new Trainer(await parts(), dynamic);
    const records = await steps(whole, 3);
    for (const { groups, metrics } of records) {
      expect(groups.length).toBeGreaterThan(0);
      expect(groups.length).toBeLessThanOrEqual(often.promptsPerStep);
      if (groups.some((group) => group.rewardStd > 0)) expect(metrics['groups/mixed']).toBe(1);
      const drawn = metrics['sampling/draws'] * often.promptsPerStep;
      expect(metrics['sampling/dropped_groups']).toBe(drawn - groups.length);
      expect(metrics['sampling/dropped_rollouts']).toBe(2 * (drawn - groups.length));
    }
    expect(Math.max(...records.map(({ metrics }) => metrics['sampling/draws']))).toBeGreaterThan(1);

    const [plain] = await steps(new Trainer(await parts(), often), 1);
    expect(plain.metrics).not.toHaveProperty('sampling/draws');
    expect(records[0].metrics.num_tokens).toBeGreaterThan(
      records[0].metrics['sampling/draws'] > 1 ? plain.metrics.num_tokens : 0,
    );

    const resumed: StepRecord[] = [];
    let state: TrainerState | undefined;
    while (resumed.length < 3) {
      const fresh = new Trainer(await parts(), dynamic, state ? { state } : {});
      const { record } = await fresh.advance();
      if (record) resumed.push(record);
      state = throughFiles(await fresh.exportState());
      fresh.dispose();
    }
    expect(resumed.map(timeless)).toEqual(records.map(timeless));
  });
});
