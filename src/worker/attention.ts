/** Attention for the page: computed again by the weights that sampled a response, where they are still there. */
import { Policy } from '../engine/model/policy.ts';
import type { NamedTensors } from '../engine/model/types.ts';
import {
  responseAttention,
  type AttentionParts,
  type ResponseAttention,
} from '../engine/rl/responseAttention.ts';
import type { TaskSet } from '../engine/tasks/types.ts';

export interface AttentionRequest {
  readonly qid: string;
  /** The step that sampled the response. */
  readonly step: number;
  readonly tokenIds: readonly number[];
  readonly layer: number;
}

export interface AttentionAnswer extends AttentionRequest {
  readonly attention: ResponseAttention;
  /** Steps the weights had behind them that it was computed with; those that sampled the response: step − 1. */
  readonly policyStep: number;
}

/** What a request needs of a run. */
export interface AttentionRun {
  readonly tasks: TaskSet;
  readonly parts: AttentionParts;
  readonly trainer: { readonly step: number };
  /** Weights by steps done. */
  readonly kept: ReadonlyMap<number, { readonly parameters: NamedTensors }>;
  readonly request: { readonly config: { readonly sampling: { readonly temperature: number } } };
}

/** Computes the attention. Throws where the run's task set has no such sample. */
export async function attend(run: AttentionRun, request: AttentionRequest): Promise<AttentionAnswer> {
  const { qid, step, tokenIds, layer } = request;
  const sample = run.tasks.find(qid);
  if (!sample) throw new Error(`The tasks have no question ${qid}; choose a rollout of the present run.`);
  const { temperature } = run.request.config.sampling;
  const sampledAt = step - 1;
  const kept = run.trainer.step === sampledAt ? undefined : run.kept.get(sampledAt)?.parameters;
  const policy = kept ? Policy.fromTensors(run.parts.policy.config, kept) : run.parts.policy;
  try {
    const attention = await responseAttention({ ...run.parts, policy }, sample, tokenIds, layer, temperature);
    return { qid, step, tokenIds, layer, attention, policyStep: kept ? sampledAt : run.trainer.step };
  } finally {
    if (kept) policy.dispose();
  }
}
