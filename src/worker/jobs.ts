/**
 * What the page may ask of a run between two phases. To add a job: a message in protocol.ts, its name here, and a case
 * that calls the file which does the work.
 */
import { attend } from './attention.ts';
import type { EngineDoors } from './doors.ts';
import { answerHack } from './hacks.ts';
import { similarityOf } from './lookups.ts';
import type { Outbox } from './outbox.ts';
import { ATTENTION_JOB, REWARD_JOB, type ToWorker } from './protocol.ts';
import type { RunHandle } from './runHandle.ts';

/** Type of a job's message → what the job is called in an error. */
export const JOB_NAMES = {
  switchStage: 'switch of the stage',
  undoSwitch: 'undoing the switch',
  setThresholds: 'change of the thresholds',
  requestSimilarity: 'similarity',
  requestAttention: ATTENTION_JOB,
  requestExploit: REWARD_JOB,
  requestReward: REWARD_JOB,
  keepEvery: 'keeping of checkpoints',
  keepStep: 'keeping of the step',
  dropKept: 'deletion of a checkpoint',
  exportCheckpoint: 'export of the checkpoint',
} as const satisfies Partial<Record<ToWorker['type'], string>>;

export type JobMessage = Extract<ToWorker, { type: keyof typeof JOB_NAMES }>;

export interface JobContext {
  readonly run: RunHandle;
  readonly out: Outbox;
  readonly doors: EngineDoors;
}

/** Does the job and answers through `out`. Tensors may be touched: nothing else runs meanwhile. */
export async function doJob(message: JobMessage, { run, out, doors }: JobContext): Promise<void> {
  switch (message.type) {
    case 'switchStage':
      out.add({ type: 'stageChange', change: await run.switchStage(message.to) });
      return;
    case 'undoSwitch':
      await run.undoSwitch();
      sendRewound(run, out);
      return;
    case 'keepEvery':
      run.keepEvery = message.steps;
      return;
    case 'keepStep':
      return run.keepStep();
    case 'dropKept':
      run.dropKept(message.step);
      return;
    case 'setThresholds':
      run.setThresholds(message.easyFrom, message.mediumFrom);
      sendSplit(run, out);
      return;
    case 'requestSimilarity': {
      const { qid, text } = message;
      const answer = await similarityOf(run.tasks, run.scorer, qid, text);
      if (answer) out.add({ type: 'similarity', qid, text, ...answer });
      return;
    }
    case 'requestAttention': {
      const answer = await attend(run, message);
      const { image, prompt, response } = answer.attention;
      out.add({ type: 'attention', ...answer }, [image.buffer, prompt.buffer, response.buffer]);
      return;
    }
    case 'requestExploit':
    case 'requestReward': {
      const answer = await answerHack(run, message);
      if (answer) out.add(answer);
      return;
    }
    case 'exportCheckpoint': {
      const files = await doors.checkpointFiles(run.parts);
      const buffers = Object.values(files).map((file) => file.buffer);
      out.add({ type: 'checkpoint', name: run.exportName, files }, buffers);
      return;
    }
    default:
      message satisfies never;
  }
}

/** Tells the page that the run went back to where its trainer stands. */
export function sendRewound({ trainer }: RunHandle, out: Outbox): void {
  out.add({ type: 'rewound', step: trainer.step, stageChanges: trainer.stageChanges });
  if (trainer.draft) out.add({ type: 'draft', draft: trainer.draft });
}

/** Tells the page the split as it stands. */
export function sendSplit({ trainer, cancelledSplit }: RunHandle, out: Outbox): void {
  const { split, splitRemaining: remaining } = trainer;
  out.add({ type: 'splitProgress', split, remaining, cancelled: cancelledSplit });
}
