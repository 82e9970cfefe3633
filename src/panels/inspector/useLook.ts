import { useMemo, useState } from 'react';
import type { DraftGroup, DraftRollout } from '../../engine/index.ts';
import { extractDescription, rewardText } from '../../engine/rewards/index.ts';
import { useAttention, useSession, useSimilarity } from '../../state/index.ts';
import type { AttentionGiven, SimilarityAnswer } from '../../state/index.ts';
import type { HeadChoice } from './look.ts';

export type Layer = 'none' | 'similarity' | 'attention';

interface LookChoice {
  readonly layer: Layer;
  /** Of the language model, from 0. */
  readonly depth: number;
  readonly head: HeadChoice;
  /** 0 to 1. */
  readonly opacity: number;
}

/** What lies over the image, what was computed for it, and what the pointer is on. */
export interface Look extends LookChoice {
  readonly choose: (partial: Partial<LookChoice>) => void;
  /** null: not wanted, or on its way. */
  readonly attention: AttentionGiven | null;
  readonly similarity: SimilarityAnswer | null;
  /** The text the similarity is with; null: the response has none between its headings. */
  readonly description: string | null;
  readonly hoveredToken: number | null;
  readonly hoverToken: (token: number | null) => void;
  readonly hoveredPatch: number | null;
  readonly hoverPatch: (patch: number | null) => void;
}

/** The look at one rollout; null as rollout: nothing has been written yet. */
export function useLook(step: number, group: DraftGroup | null, rollout: DraftRollout | null): Look {
  const [choice, setChoice] = useState<LookChoice>({ layer: 'none', depth: 0, head: 'mean', opacity: 0.6 });
  const [hoveredToken, hoverToken] = useState<number | null>(null);
  const [hoveredPatch, hoverPatch] = useState<number | null>(null);
  const hasRun = useSession((session) => session.run !== null);
  const response = rollout?.response ?? null;
  const description = useMemo(
    () => (response === null ? null : extractDescription(rewardText(response)) || null),
    [response],
  );
  const wantsAttention = hasRun && choice.layer === 'attention' && group && rollout;
  const attention = useAttention(
    wantsAttention ? { qid: group.qid, step, tokenIds: rollout.tokenIds, layer: choice.depth } : null,
  );
  const wantsSimilarity = hasRun && choice.layer === 'similarity' && group && description !== null;
  const similarity = useSimilarity(wantsSimilarity ? group.qid : null, description ?? '');
  return {
    ...choice,
    choose: (partial) => setChoice((now) => ({ ...now, ...partial })),
    attention,
    similarity,
    description,
    hoveredToken,
    hoverToken,
    hoveredPatch,
    hoverPatch,
  };
}
