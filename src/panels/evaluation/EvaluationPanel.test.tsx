/** The panel with what the worker would send: reports and comparisons made by the engine from rows of known values. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evalRow } from '../../../fixtures/evalRow.ts';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { wholeRun } from '../../../fixtures/wholeRun.ts';
import { compareRows } from '../../engine/eval/compare.ts';
import { MEASURE_LABELS } from '../../engine/eval/measures.ts';
import type { EvalRow } from '../../engine/eval/evaluateRows.ts';
import { summarise } from '../../engine/eval/summarise.ts';
import type { EvaluationResult } from '../../state/index.ts';
import { chooseEvaluation, evaluate, sessionStore } from '../../state/index.ts';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { setRuns } from '../../state/runStore.ts';
import type { ToWorker } from '../../worker/protocol.ts';
import { EvaluationPanel } from './EvaluationPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const info = startedInfo();

/** 8 samples of two kinds; greedy right on the first `right`, and two sampled responses each, one of them right. */
function rowsOf(right: number): EvalRow[] {
  return Array.from({ length: 8 }, (_, i) => {
    const kind = i % 2 === 0 ? 'count' : 'exist';
    const row = evalRow({ qid: String(i), kind, accuracy: i < right ? 1 : 0 });
    const sampled = [0, 1].map((draw): EvalRow => ({ ...row, decoding: 'sampled', draw, accuracy: draw }));
    return [row, ...sampled];
  }).flat();
}

const about = { tasks: 'scenes-nano', part: 'heldout', seed: 1 } as const;
const [before, after] = [rowsOf(1), rowsOf(7)];
const both: EvaluationResult = {
  request: { id: 0, policies: [0, 'now'], part: 'heldout', n: 8, samples: 2 },
  policies: [
    { at: 0, step: 0, hash: 'a', report: summarise(before, about) },
    { at: 'now', step: 12, hash: 'b', report: summarise(after, about) },
  ],
  comparison: compareRows(before, after, 1),
};

const { header } = wholeRun('evaluated', 12);
const kept = ([0, 5, 10] as const).map(
  (step) => ({ step, stage: 'perception', why: 'reader', bytes: 1 }) as const,
);

let root: Root;
let page: HTMLElement;
let asked: ToWorker[];

/** Asks, and answers what was asked. */
function answer(result: EvaluationResult): void {
  evaluate();
  const last = asked.at(-1);
  const id = last?.type === 'evaluate' ? last.id : 0;
  receive([{ type: 'evaluation', ...result, request: { ...result.request, id } }]);
}
const button = (text: string): HTMLButtonElement | undefined =>
  [...page.querySelectorAll('button')].find((one) => one.textContent.trim() === text);
const field = (label: string): HTMLSelectElement => {
  const found = [...page.querySelectorAll('label')].find((one) => one.textContent.startsWith(label));
  return (found?.control ?? found?.querySelector('select')) as HTMLSelectElement;
};
const cells = (label: string): string[] =>
  [...(page.querySelector(`[data-row="${label}"]`)?.querySelectorAll('td') ?? [])].map(
    (cell) => cell.textContent,
  );
const click = (element: Element | undefined): void => {
  expect(element).toBeTruthy();
  act(() => void element?.dispatchEvent(new MouseEvent('click', { bubbles: true })));
};
const pick = (select: HTMLSelectElement, value: string): void => {
  act(() => {
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  expect(select.value).toBe(value);
};

beforeEach(() => {
  asked = [];
  setClient({ send: (message) => void asked.push(message) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  act(() => {
    receive([{ type: 'started', info }]);
    chooseEvaluation({ n: 64, samples: 0 });
    sessionStore.setState({ status: 'paused', step: 12 });
    root.render(<EvaluationPanel />);
  });
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  setClient(null);
});

describe('asking', () => {
  it('offers the checkpoints and the present policy, and asks for what is chosen', () => {
    const change = { from: 'perception', to: 'reasoning', reason: 'plan', policyHash: 'c' } as const;
    const start = { ...change, atStep: 0, from: 'warm-up', reason: 'start' } as const;
    act(() => sessionStore.setState({ stageChanges: [start, { ...change, atStep: 5 }] }));
    act(() => setRuns({ live: { ...header, id: info.runId, kept } }));
    expect([...field('Policy').options].map(({ text }) => text)).toEqual([
      'start of the run',
      'end of perception, step 5',
      'checkpoint, step 10',
      'as it is now, step 12',
    ]);
    pick(field('Policy'), '5');
    pick(field('Samples'), '128');
    pick(field('Responses'), '4');
    click(button('Evaluate'));
    pick(field('Compared with'), 'alone');
    click(button('Evaluate'));
    const common = { type: 'evaluate', part: 'heldout', n: 128, samples: 4 };
    expect(asked.filter(({ type }) => type === 'evaluate')).toMatchObject([
      { ...common, policies: [5, 'now'] },
      { ...common, policies: [5] },
    ]);
  });

  it('waits for a pause, and says why', () => {
    act(() => sessionStore.setState({ status: 'running' }));
    expect(button('Evaluate')?.disabled).toBe(true);
    expect(page.textContent).toContain('Pause the run first');
  });

  it('takes the train part, and says so, where a set holds nothing out', () => {
    const tasks = { name: 'mine', origin: 'imported', sizes: { train: 20, heldout: 0 } } as const;
    act(() => sessionStore.setState({ tasks }));
    expect(page.textContent).toContain('mine holds nothing out');
    expect(page.textContent).toContain('The part has 20 samples; all are taken.');
    click(button('Evaluate'));
    expect(asked.at(-1)).toMatchObject({ part: 'train', n: 20 });
  });

  it('shows how far it is, and cancels', () => {
    act(() => receive([{ type: 'evaluationProgress', progress: { done: 32, total: 128 } }]));
    expect(page.querySelector('progress')?.value).toBe(32);
    expect(page.textContent).toContain('32 of 128 samples');
    expect(button('Evaluate')).toBeUndefined();
    click(button('Cancel'));
    expect(asked.at(-1)).toEqual({ type: 'cancelEvaluation' });
    act(() => receive([{ type: 'evaluationProgress', progress: null }]));
    expect(button('Evaluate')?.disabled).toBe(false);
  });
});

describe('states without a result', () => {
  it('is empty, loading or failed', () => {
    expect(page.textContent).toContain('Nothing measured yet');
    act(() => sessionStore.setState({ run: null, status: 'booting' }));
    expect(page.textContent).toContain('Loading the model');
    act(() => sessionStore.setState({ status: 'idle' }));
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('No model is loaded');
    act(() => sessionStore.setState({ status: 'failed' }));
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('did not start');
  });

  it('shows an error of its own and tries again', () => {
    const error = { where: 'evaluation', message: 'out of memory', suggestion: 'Less.', fatal: false };
    act(() => receive([{ type: 'error', error }]));
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('out of memory');
    click(button('Try again'));
    expect(asked.at(-1)).toMatchObject({ type: 'evaluate' });
    expect(page.querySelector('[role="alert"]')).toBeNull();
  });
});

describe('a result', () => {
  beforeEach(() => act(() => answer(both)));

  it('shows every measure with its interval, and the paired difference', () => {
    expect(
      [...page.querySelectorAll('table')[0].querySelectorAll('thead th')].map((th) => th.textContent),
    ).toEqual(['measure', 'start of the run', 'after step 12', 'difference']);
    for (const label of Object.values(MEASURE_LABELS)) expect(cells(label)).toHaveLength(3);
    const [first, second, difference] = cells('accuracy');
    const { low, high } = both.comparison!.greedy.all.accuracy!;
    expect(first).toMatch(/^0\.125\[0, 0\.\d{3}\]$/);
    expect(second).toMatch(/^0\.875\[0\.\d{3}, 1\]$/);
    expect(difference).toBe(`▲ +0.750[+${low.toFixed(3)}, ${high === 1 ? '+1' : `+${high.toFixed(3)}`}]`);
    expect(page.querySelector('[data-row="accuracy"] [data-clear="true"]')).not.toBeNull();
    expect(page.querySelector('[data-row="format"] [data-clear="false"]')).not.toBeNull();
    expect(page.textContent).not.toContain('pass@');
  });

  it('shows means over the sampled responses, with pass@k', () => {
    click(page.querySelectorAll('[role="tab"]')[1]);
    expect(cells('accuracy')[0]).toMatch(/^0\.500\[0\.500, 0\.500\]$/);
    expect(cells('pass@1')[0]).toMatch(/^0\.500/);
    expect(cells('pass@2').map((cell) => cell[0])).toEqual(['1', '1', '·']);
  });

  it('shows any measure by kind', () => {
    expect(
      cells('count')
        .slice(0, 3)
        .map((cell) => cell.split('[')[0]),
    ).toEqual(['4', '0.250', '1']);
    pick(field('measure'), 'mean_length');
    expect(cells('count').slice(0, 3)).toEqual(['4', '40[40, 40]', '40[40, 40]']);
  });

  it('goes with the run', () => {
    act(() => receive([{ type: 'started', info }]));
    expect(page.querySelector('[data-testid="evaluation-result"]')).toBeNull();
  });
});

it('one policy alone has no difference, and an unknown truth no value', () => {
  const unknown = before.map((row) => ({
    ...row,
    description_f1: null,
    description_precision: null,
    description_recall: null,
  }));
  const policies = [{ at: 0, step: 0, hash: 'a', report: summarise(unknown, about) }];
  const request = { ...both.request, policies: [0] } as const;
  act(() => answer({ request, policies, comparison: null }));
  expect(cells('accuracy')).toHaveLength(1);
  expect(cells('description F1')).toEqual(['–']);
});
