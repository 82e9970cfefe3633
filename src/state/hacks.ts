/**
 * Reward hacks as the page asks for them: a hack's texts for a sample, the reward of any text, and the runs that
 * learn a hack. Answers hold for one run (its tasks, scorer and tokenizer) and go with it.
 */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { HackId } from '../engine/rewards/gaming.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { TextReward } from '../engine/rl/hackReward.ts';
import type { TrainConfig } from '../engine/rl/types.ts';
import { hackPresetById, REWARD_JOB, type FromWorker, type WorkerError } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { chooseConfig, differences, useConfig } from './config.ts';
import { isPristine, startRun } from './run.ts';
import { sessionStore, useSession } from './session.ts';

/** The two responses of a hack to one sample. */
export interface ExploitTexts {
  readonly honest: string;
  readonly hacked: string;
}

interface HacksState {
  readonly exploits: ReadonlyMap<string, ExploitTexts>;
  readonly rewards: ReadonlyMap<string, TextReward>;
  /** Grows when the reader asks again after an error. */
  readonly attempt: number;
}
const EMPTY = { exploits: new Map<string, ExploitTexts>(), rewards: new Map<string, TextReward>() };
/** Answers kept of each kind; typing makes many. */
const KEPT = 64;
/** A text that is being typed is asked about when it has stood still for so long, in milliseconds. */
const STILL_MS = 200;

const hacksStore = createStore<HacksState>(() => ({ ...EMPTY, attempt: 0 }));

const exploitKey = (qid: string, hack: HackId): string => JSON.stringify([qid, hack]);
const rewardKey = (qid: string, stage: RewardStage, response: string): string =>
  JSON.stringify([qid, stage, response]);

/** Forgets every answer: another run is there. */
export function clearHacks(): void {
  hacksStore.setState(EMPTY);
}

export function addExploit(message: Extract<FromWorker, { type: 'exploit' }>): void {
  const { qid, hack, honest, hacked } = message;
  hacksStore.setState(({ exploits }) => ({
    exploits: withNewest(exploits, exploitKey(qid, hack), { honest, hacked }),
  }));
}

export function addReward(message: Extract<FromWorker, { type: 'reward' }>): void {
  const { qid, stage, response, reward } = message;
  hacksStore.setState(({ rewards }) => ({
    rewards: withNewest(rewards, rewardKey(qid, stage, response), reward),
  }));
}

function withNewest<T>(kept: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  return new Map([...[...kept].slice(1 - KEPT), [key, value]]);
}

/** A run that can answer; null while there is none. Another object with every run, so that hooks ask anew. */
function useAnsweringRun(): object | null {
  return useSession(({ run, status }) => (status === 'lost' || status === 'failed' ? null : run));
}

/** A hack's texts for a sample of the run's tasks; null until they have come. */
export function useExploit(qid: string, hack: HackId): ExploitTexts | null {
  const run = useAnsweringRun();
  const attempt = useStore(hacksStore, (state) => state.attempt);
  const texts = useStore(hacksStore, ({ exploits }) => exploits.get(exploitKey(qid, hack)) ?? null);
  const isMissing = texts === null;
  useEffect(() => {
    if (run && isMissing) send({ type: 'requestExploit', qid, hack });
  }, [qid, hack, run, attempt, isMissing]);
  return texts;
}

/**
 * What the stage's published recipe gives a response, asked once the text stands still; null until it has come.
 * response null: nothing is asked.
 */
export function useReward(qid: string, stage: RewardStage, response: string | null): TextReward | null {
  const run = useAnsweringRun();
  const attempt = useStore(hacksStore, (state) => state.attempt);
  const reward = useStore(hacksStore, ({ rewards }) =>
    response === null ? null : (rewards.get(rewardKey(qid, stage, response)) ?? null),
  );
  const isMissing = reward === null;
  useEffect(() => {
    if (!run || !isMissing || response === null) return;
    const timer = setTimeout(() => send({ type: 'requestReward', qid, stage, response }), STILL_MS);
    return () => clearTimeout(timer);
  }, [qid, stage, response, run, attempt, isMissing]);
  return reward;
}

/** Why the last such request failed; null when it did not. */
export function useRewardError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === REWARD_JOB ? error : null));
}

/** Asks anew for all that is missing. */
export function askAgain(): void {
  sessionStore.setState({ error: null });
  hacksStore.setState(({ attempt }) => ({ attempt: attempt + 1 }));
}

/** none: the run is another one · drafted: chosen, not applied yet · applied: the run is this one. */
type HackRun = 'none' | 'drafted' | 'applied';

/** How the run and the draft stand to a preset that learns a hack; the seed may differ. */
export function useHackRun(id: string): HackRun {
  return useConfig(({ draft, applied }) => {
    const { config } = hackPresetById(id);
    if (applied && isSame(applied.config, config)) return 'applied';
    return isSame(draft, config) ? 'drafted' : 'none';
  });
}

function isSame(one: TrainConfig, other: TrainConfig): boolean {
  return differences('', one, other).every(({ path }) => path === 'seed');
}

/** Takes such a preset as the draft. Where nothing would be lost it is started at once, else it waits to be applied. */
export function trainHack(id: string): void {
  chooseConfig(hackPresetById(id).config);
  if (isPristine(sessionStore.getState())) startRun(true);
}
