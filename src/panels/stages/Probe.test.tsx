/** The probe with what the worker would send, beside an evaluation of the reader's own. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { evalRow } from '../../../fixtures/evalRow.ts';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { wholeRun } from '../../../fixtures/wholeRun.ts';
import { summarise } from '../../engine/eval/summarise.ts';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { evaluate, sessionStore, useEvaluation, type EvaluationResult } from '../../state/index.ts';
import { setRuns } from '../../state/runStore.ts';
import type { PolicyAt, ToWorker } from '../../worker/protocol.ts';
import { Probe } from './Probe.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** What the Evaluation tab would show. */
function Neighbour() {
  const result = useEvaluation((state) => state.result);
  return <output>{result?.request.policies.join(' ')}</output>;
}
const neighbour = (): string | null | undefined => page.querySelector('output')?.textContent;

const { header } = wholeRun('probe', 3);
const kept = ([0, 1, 2] as const).map(
  (step) => ({ step, stage: 'perception', why: 'reader', bytes: 1 }) as const,
);

let root: Root;
let page: HTMLElement;
let asked: ToWorker[];

/** 4 samples, the first `right` of them right. */
const reportOf = (right: number) =>
  summarise(
    Array.from({ length: 4 }, (_, i) => evalRow({ qid: String(i), accuracy: i < right ? 1 : 0 })),
    { tasks: 'scenes-nano', part: 'heldout', seed: 1 },
  );

/** The worker's answer to an evaluation: as many right answers as updates, a step each. */
function answer(id: number, policies: readonly PolicyAt[]): EvaluationResult {
  const step = (at: PolicyAt): number => (at === 'now' ? 3 : at);
  return {
    request: { id, policies, part: 'heldout', n: 4, samples: 0 },
    policies: policies.map((at) => ({ at, step: step(at), hash: String(at), report: reportOf(step(at)) })),
    comparison: null,
  };
}

beforeEach(() => {
  asked = [];
  setClient({ send: (message) => void asked.push(message) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  const change = { from: 'perception', to: 'reasoning', reason: 'plan', policyHash: 'c', atStep: 1 } as const;
  act(() => {
    receive([{ type: 'started', info: startedInfo() }]);
    sessionStore.setState({ status: 'paused', step: 3, stageChanges: [change] });
    setRuns({ live: { ...header, id: startedInfo().runId, kept } });
    root.render(
      <>
        <Probe />
        <Neighbour />
      </>,
    );
  });
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  setClient(null);
});

const measure = (): void => {
  const button = [...page.querySelectorAll('.stages-probe button')].find(
    ({ textContent }) => textContent === 'Measure',
  );
  act(() => void button?.dispatchEvent(new MouseEvent('click', { bubbles: true })));
};
/** Ids of the requests so far. */
const ids = (): number[] => asked.flatMap((message) => (message.type === 'evaluate' ? [message.id] : []));
const rows = (): string[] =>
  [...page.querySelectorAll('.stages-probe tbody tr')].map(({ textContent }) => textContent);

it('asks for every kept policy, shows each, and leaves the evaluation next door alone', () => {
  measure();
  expect(asked.filter(({ type }) => type === 'evaluate')).toEqual([
    { type: 'evaluate', id: ids()[0], policies: [0, 1, 2, 'now'], part: 'heldout', n: 64, samples: 0 },
  ]);
  act(() => receive([{ type: 'evaluation', ...answer(ids()[0], [0, 1, 2, 'now']) }]));
  expect(rows()).toEqual([
    expect.stringMatching(/^start of the run0 \[0, 0\]0\.50/),
    expect.stringMatching(/^end of perception, step 10\.25 \[/),
    expect.stringMatching(/^checkpoint, step 20\.50 \[/),
    expect.stringMatching(/^after step 30\.75 \[/),
  ]);
  expect(neighbour()).toBe('');

  act(() => evaluate());
  act(() => receive([{ type: 'evaluation', ...answer(ids()[1], [0, 'now']) }]));
  expect(neighbour()).toBe('0 now');
  expect(rows()).toHaveLength(4);
});

it('tells answers apart by the request they carry, in whatever order they come', () => {
  measure();
  act(() => evaluate());
  const [probed, chosen] = ids();
  // The probe was done when the other one was asked for: its answer was on the way.
  act(() => receive([{ type: 'evaluationProgress', progress: { done: 1, total: 8 } }]));
  act(() => receive([{ type: 'evaluation', ...answer(probed, [0, 1, 2, 'now']) }]));
  expect(rows()).toHaveLength(4);
  expect(neighbour()).toBe('');
  expect(page.querySelector('.stages-probe progress')).not.toBeNull();
  act(() => receive([{ type: 'evaluation', ...answer(chosen, [0, 'now']) }]));
  expect(neighbour()).toBe('0 now');
  expect(rows()).toHaveLength(4);
  expect(page.querySelector('.stages-probe progress')).toBeNull();

  // One of a run that is no more has nobody to read it.
  act(() => evaluate());
  act(() => receive([{ type: 'rewound', step: 1, stageChanges: [] }]));
  act(() => receive([{ type: 'evaluation', ...answer(ids()[2], [0]) }]));
  expect(neighbour()).toBe('');
});

it('measures once what has not been trained yet', () => {
  act(() => sessionStore.setState({ step: 0, stageChanges: [] }));
  measure();
  expect(asked.at(-1)).toMatchObject({ policies: [0] });
});
