/** What only model, scorer and sandbox can say of a response that was edited on the page. */
import { useEffect, useMemo, useState } from 'react';
import type { Similarity } from '../engine/rewards/context.ts';
import type { CustomResult, CustomTerm } from '../engine/rewards/custom/types.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { DraftGroup } from '../engine/rl/types.ts';
import { customInput, failed, runCustomCode } from '../worker/sandbox.ts';
import { useReward } from './hacks.ts';
import { useIsRecorded, useShownRun } from './shownRun.ts';

export interface EditFacts {
  /** Tokens, the end token included; null: not known yet. */
  readonly tokens: number | null;
  /** null: not known yet. */
  readonly similarity: Similarity | null;
  /** What the custom terms of the stage's recipe gave, in their order; null: not known yet. */
  readonly custom: readonly CustomResult[] | null;
}

const NO_TERMS: readonly CustomTerm[] = [];

/**
 * Asks about an edited response once it stands still. null as response: nothing was edited and nothing is asked; nor of
 * a recorded run, whose model and scorer are not there.
 * Perception's published recipe is what is asked by, for either stage: it holds all that the text alone does not say.
 */
export function useEditFacts(
  group: Pick<DraftGroup, 'qid' | 'problem' | 'answer' | 'key_words'>,
  stage: RewardStage,
  response: string | null,
): EditFacts {
  const isRecorded = useIsRecorded();
  const reward = useReward(group.qid, 'perception', isRecorded ? null : response);
  const terms = useShownRun(({ config }) => config.recipes[stage].custom ?? NO_TERMS);
  const facts = useMemo((): Omit<EditFacts, 'custom'> => {
    let tokens: number | null = null;
    let similarity: Similarity | null = null;
    for (const { evidence } of reward?.score.terms ?? []) {
      if (evidence.kind === 'length') ({ tokens } = evidence);
      if (evidence.kind === 'clip') {
        const { similarity: value, scorer, threshold, error } = evidence;
        similarity = { value, scorer, threshold, ...(error === undefined ? {} : { error }) };
      }
    }
    return { tokens, similarity };
  }, [reward]);
  const custom = useCustomResults(terms, group, response, facts.tokens);
  return useMemo(() => ({ ...facts, custom }), [facts, custom]);
}

interface Answered {
  readonly terms: readonly CustomTerm[];
  readonly response: string;
  readonly results: readonly CustomResult[];
}

/** Runs the recipe's code, which already runs in training, on the response; null until it has answered. */
function useCustomResults(
  terms: readonly CustomTerm[],
  { problem, answer, key_words }: Pick<DraftGroup, 'problem' | 'answer' | 'key_words'>,
  response: string | null,
  responseTokens: number | null,
): readonly CustomResult[] | null {
  const [answered, setAnswered] = useState<Answered | null>(null);
  useEffect(() => {
    if (terms.length === 0 || response === null || responseTokens === null) return;
    const abort = new AbortController();
    const input = customInput({ problem, answer, key_words }, { response, responseTokens });
    const each = terms.map(async ({ code }): Promise<CustomResult> => {
      try {
        const [result] = await runCustomCode(code, [input], abort.signal);
        return result;
      } catch (cause) {
        return failed(cause instanceof Error ? cause.message : String(cause));
      }
    });
    void Promise.all(each).then((results) => {
      if (!abort.signal.aborted) setAnswered({ terms, response, results });
    });
    return () => abort.abort();
  }, [terms, problem, answer, key_words, response, responseTokens]);
  return answered?.terms === terms && answered.response === response ? answered.results : null;
}
