/** Code from elsewhere stays where it is until the reader says yes; trials and recipes go by the draft. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTestThread } from '../../fixtures/sandboxThread.ts';
import type { CustomTerm } from '../engine/rewards/custom/index.ts';
import type { DraftGroup, StepRecord, TrainConfig } from '../engine/rl/types.ts';
import { presetByName, type ToWorker } from '../worker/protocol.ts';
import { withTerms } from './approvedCode.ts';
import { send, setClient } from './bridge.ts';
import { changesOf, chooseConfig, configStore, markApplied } from './config.ts';
import {
  admitConfig,
  answerPending,
  customRewardStore,
  editTerm,
  failuresOf,
  joinRecipe,
  leaveRecipe,
  logFailures,
  tryTerm,
} from './customReward.ts';
import { layoutStore } from './layout.ts';
import { startRun } from './run.ts';
import { sessionStore } from './session.ts';

const nano = presetByName('nano');
let count = 0;
/** A term whose code nobody has seen before. */
const fresh = (name: string): CustomTerm => ({
  name,
  weight: 0.5,
  code: `const score = () => ({ value: ${++count} / 1000 })`,
});
const withCustom = (...custom: CustomTerm[]): TrainConfig =>
  withTerms(
    nano,
    custom.map((term) => ({ stage: 'perception', term })),
  );
const draftTerms = () => configStore.getState().draft.recipes.perception.custom ?? [];
let sent: ToWorker[] = [];

beforeEach(() => {
  sent = [];
  setClient({ send: (message) => sent.push(message) });
  customRewardStore.setState({ trial: null, pendingCode: null });
  chooseConfig(nano);
  markApplied({ config: nano, tasks: configStore.getState().tasks, checkpoint: 'nano', warmed: null });
});

describe('code from elsewhere', () => {
  it('is held back, shown, and joins the draft only when it is allowed', () => {
    const [known, foreign] = [fresh('known'), fresh('foreign')];
    joinRecipe('perception', known);
    const admitted = admitConfig(withCustom(known, foreign), 'a link');
    expect(admitted.recipes.perception.custom).toEqual([known]);
    expect(customRewardStore.getState().pendingCode).toEqual({
      origin: 'a link',
      terms: [{ stage: 'perception', term: foreign }],
    });
    expect(layoutStore.getState().tab).toBe('customReward');
    chooseConfig(admitted);
    answerPending(true);
    expect(customRewardStore.getState().pendingCode).toBeNull();
    expect(draftTerms()).toEqual([known, foreign]);
    // From now on that very text is known, and another is not.
    expect(admitConfig(withCustom(foreign), 'a link')).toEqual(withCustom(foreign));
    const changed = { ...foreign, code: `${foreign.code} ` };
    expect(admitConfig(withCustom(changed), 'a link')).toEqual(nano);
  });

  it('that is discarded leaves nothing', () => {
    const foreign = fresh('foreign');
    expect(admitConfig(withCustom(foreign), 'an import')).toEqual(nano);
    answerPending(false);
    expect(customRewardStore.getState().pendingCode).toBeNull();
    expect(draftTerms()).toEqual([]);
    expect(admitConfig(withCustom(foreign), 'an import')).toEqual(nano);
  });

  it('does not reach the worker, whatever way it takes', () => {
    const config = withCustom(fresh('smuggled'));
    chooseConfig(config);
    expect(() => startRun(true)).toThrow(/smuggled has not been allowed/);
    const { tasks, checkpoint: checkpointName } = configStore.getState();
    const start = { type: 'start', runId: 'a', resume: null, files: null, play: true } as const;
    expect(() => send({ ...start, config, checkpointName, tasks })).toThrow(/not been allowed/);
    expect(sent).toEqual([]);
  });

  it('keeps all other fields of a config, and a config without custom terms as it is', () => {
    expect(admitConfig(nano, 'a link')).toBe(nano);
    const seeded = { ...withCustom(fresh('a')), seed: 7 };
    expect(admitConfig(seeded, 'a link')).toEqual({ ...nano, seed: 7 });
  });
});

describe('the draft', () => {
  it('takes a term in the place of one of its name, and is the preset again without it', () => {
    const [one, other] = [fresh('a'), fresh('b')];
    joinRecipe('perception', one);
    joinRecipe('perception', other);
    const next = { ...fresh('a'), weight: -1 };
    joinRecipe('perception', next);
    expect(draftTerms()).toEqual([next, other]);
    expect(changesOf(configStore.getState()).map(({ path }) => path)).toEqual(['recipes.perception.custom']);
    startRun(false);
    expect(sent).toMatchObject([
      { type: 'start', config: { recipes: { perception: { custom: [next, other] } } } },
    ]);
    leaveRecipe('perception', 'a');
    leaveRecipe('perception', 'b');
    expect(configStore.getState().draft).toEqual(nano);
  });
});

describe('a trial', () => {
  beforeAll(() => useTestThread());
  const group: DraftGroup = {
    qid: 'q',
    kind: 'total',
    problem: 'How many?',
    answer: '2',
    key_words: ['cube'],
    rollouts: ['a < b', ''].map((response) => ({
      response,
      tokenIds: [1, 2, 3],
      tokenTexts: [],
      stopReason: 'eos',
      decodeLogProbs: [],
    })),
  };

  it('gives the code what training gives it', async () => {
    editTerm({
      code: 'const score = (s, r) => ({ value: r.text.length / 10, evidence: JSON.stringify([s, r]) })',
    });
    await tryTerm(group, 3);
    const { trial } = customRewardStore.getState();
    expect(trial).toMatchObject({ step: 3, qid: 'q', error: null });
    expect(trial?.results?.map(({ value }) => value)).toEqual([0.3, 0]);
    expect(JSON.parse(trial?.results?.[0].note ?? '')).toEqual([
      { problem: 'How many?', answer: '2', key_words: ['cube'] },
      { text: 'a<b', tokens: 3 },
    ]);
  });

  it('gives way to the next one', async () => {
    editTerm({ code: 'function score() { for (;;); }' });
    const first = tryTerm(group, 1);
    editTerm({ code: 'const score = () => ({ value: 1 })' });
    await Promise.all([first, tryTerm(group, 2)]);
    expect(customRewardStore.getState().trial).toMatchObject({
      step: 2,
      results: [{ value: 1 }, { value: 1 }],
    });
  });
});

it('failures of a step are named with their samples, in the log too', () => {
  const term = (error?: string) => ({
    name: 'custom:a' as const,
    raw: null,
    value: 0,
    weight: 1,
    evidence: { kind: 'custom' as const, returned: null, note: '', spans: [], ...(error ? { error } : {}) },
  });
  const record = {
    step: 4,
    groups: [{ qid: 'q-1', rollouts: [{ terms: [term()] }, { terms: [term('threw null')] }] }],
  } as unknown as StepRecord; // no more of it is read
  expect(failuresOf(record)).toEqual([
    { term: 'custom:a', qid: 'q-1', group: 0, rollout: 1, error: 'threw null' },
  ]);
  logFailures(record);
  expect(sessionStore.getState().log.at(-1)?.text).toBe(
    'Step 4: custom:a failed on 1 of its responses and gave 0 (samples q-1): threw null',
  );
});
