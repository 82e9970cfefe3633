/** The step on screen as rollouts and inspector read it: a whole record, or the step in progress so far. */
import { useMemo } from 'react';
import type { StepDraft, StepRecord } from '../engine/rl/types.ts';
import { selectionStore, useRecord, useSelection } from './selection.ts';
import { sessionStore, useSession } from './session.ts';
import { shownRecords, useDraft } from './shownRun.ts';

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
  return useMemo(
    () => chooseStep({ record, draft, live, selected, running }),
    [record, draft, live, selected, running],
  );
}

/** The same, read once. */
export function shownStep(): ShownStep | null {
  const { records, draft } = shownRecords();
  const { live, step: selected } = selectionStore.getState();
  const record = (selected === null ? null : records.get(selected)) ?? null;
  return chooseStep({
    record,
    draft,
    live,
    selected,
    running: sessionStore.getState().status === 'running',
  });
}

interface Choice {
  readonly record: StepRecord | null;
  readonly draft: StepDraft | null;
  readonly live: boolean;
  readonly selected: number | null;
  readonly running: boolean;
}

function chooseStep({ record, draft, live, selected, running }: Choice): ShownStep | null {
  if (draft && (selected === draft.step || (live && (!running || record === null)))) {
    return { ...draft, metrics: null };
  }
  return record && { ...record, done: 'update' };
}
