/** Hacks and edited responses for the page: texts of a hack, and what the recipe gives a text. */
import { exploit, rewardsOf, type HackParts } from '../engine/rl/hackReward.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

type Request = Extract<ToWorker, { type: 'requestExploit' | 'requestReward' }>;

/** What a request needs of a run. */
export interface HackRun extends Pick<HackParts, 'tasks' | 'scorer'> {
  readonly parts: Pick<HackParts, 'tokenizer'>;
}

/** The answer to a request; null where the run's task set has no such sample. */
export async function answerHack(run: HackRun, request: Request): Promise<FromWorker | null> {
  const { tasks, scorer } = run;
  const { qid } = request;
  const sample = tasks.find(qid);
  if (!sample) return null;
  const parts = { tasks, scorer, tokenizer: run.parts.tokenizer };
  if (request.type === 'requestExploit') {
    const { hack } = request;
    return { type: 'exploit', qid, hack, ...(await exploit(parts, sample, hack)) };
  }
  const { stage, response } = request;
  const [reward] = await rewardsOf(parts, sample, stage, [response]);
  return { type: 'reward', qid, stage, response, reward };
}
