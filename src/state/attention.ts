/** Where the policy looked while it wrote a response: asked from the worker, layer by layer. Answers hold for one run. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ATTENTION_JOB, type FromWorker, type ToWorker, type WorkerError } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { sessionStore, useSession } from './session.ts';
import { useIsRecorded } from './shownRun.ts';

type AttentionWanted = Omit<Extract<ToWorker, { type: 'requestAttention' }>, 'type'>;
export type AttentionGiven = Omit<Extract<FromWorker, { type: 'attention' }>, 'type'>;

/** Answers kept: a few layers of a few responses. */
const KEPT = 24;

interface AttentionState {
  readonly answers: ReadonlyMap<string, AttentionGiven>;
  /** Grows when the reader asks again after an error. */
  readonly attempt: number;
}

const attentionStore = createStore<AttentionState>(() => ({ answers: new Map(), attempt: 0 }));

const keyOf = ({ qid, step, tokenIds, layer }: AttentionWanted): string =>
  JSON.stringify([qid, step, layer, tokenIds]);

/** Forgets every answer: another run is there. */
export function clearAttention(): void {
  attentionStore.setState({ answers: new Map() });
}

export function addAttention({ type: _, ...given }: Extract<FromWorker, { type: 'attention' }>): void {
  attentionStore.setState(({ answers }) => ({
    answers: new Map([...[...answers].slice(1 - KEPT), [keyOf(given), given]]),
  }));
}

/**
 * The attention of a response in one layer; null until it has come. For null nothing is asked, nor of a recorded run:
 * another policy would answer.
 */
export function useAttention(of: AttentionWanted | null): AttentionGiven | null {
  const wanted = useIsRecorded() ? null : of;
  const run = useSession(({ run, status }) => (status === 'lost' || status === 'failed' ? null : run));
  const attempt = useStore(attentionStore, (state) => state.attempt);
  const key = wanted && keyOf(wanted);
  const given = useStore(attentionStore, ({ answers }) => (key === null ? null : (answers.get(key) ?? null)));
  const isMissing = given === null;
  useEffect(() => {
    if (run && wanted && isMissing) send({ type: 'requestAttention', ...wanted });
    // `key` says all that is in `wanted`, which may be another object each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [run, key, isMissing, attempt]);
  return given;
}

/** Why the last request failed; null when it did not. */
export function useAttentionError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === ATTENTION_JOB ? error : null));
}

/** Asks anew for what is missing. */
export function askAttentionAgain(): void {
  sessionStore.setState({ error: null });
  attentionStore.setState(({ attempt }) => ({ attempt: attempt + 1 }));
}
