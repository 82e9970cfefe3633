/** The step on screen as rollouts and inspector read it: a whole record, or the step in progress so far. */
import { useMemo } from 'react';
import type { StepDraft, StepRecord } from '../engine/rl/types.ts';
import { useRecord, useSelection } from './selection.ts';
import { useSession } from './session.ts';
import { useDraft } from './shownRun.ts';

export interface ShownStep extends Pick<StepDraft, 'step' | 'stage' | 'groups'> {
  /** The last phase whose numbers are there; `update`: all of them. */
  readonly done: StepDraft['done'] | 'update';
  /** Of a finished step. */
  readonly metrics: StepRecord['metrics'] | null;
}

/**
 * The selected step. Live, and with the run standing between two phases, the step in progress goes before the
 * last finished one; while the run goes on, finished steps stay on screen, so that nothing flickers.
 */
export function useShownStep(): ShownStep | null {
  const record = useRecord();
  const draft = useDraft();
  const live = useSelection((selection) => selection.live);
  const selected = useSelection((selection) => selection.step);
  const running = useSession((session) => session.status === 'running');
  const wantsDraft = draft !== null && (selected === draft.step || (live && (!running || record === null)));
  return useMemo(() => {
    if (wantsDraft && draft) return { ...draft, metrics: null };
    return record && { ...record, done: 'update' as const };
  }, [wantsDraft, draft, record]);
}
