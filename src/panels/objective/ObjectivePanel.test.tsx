import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import type { DraftRollout, StepRecord } from '../../engine/index.ts';
import { explainStep, explainToken } from '../../engine/rl/explain/index.ts';
import { goLive, recordsStore, select, selectionStore, sessionStore } from '../../state/index.ts';
import { addRecords, clearRecords } from '../../state/records.ts';
import { formatNumber, formatSigned } from '../../ui/index.ts';
import { pushOf } from './beats.ts';
import { ObjectivePanel } from './ObjectivePanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const lit = () => page.querySelector<HTMLElement>('[data-lit="true"]')?.dataset.beat;
const button = (name: RegExp) =>
  [...page.querySelectorAll('button')].find((one) => name.test(one.textContent));
function click(element: Element | null | undefined): void {
  act(() => {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

/** A record whose policy loss is that of its own tokens, as a trainer's is. */
function trainedRecord(step: number): StepRecord {
  const record = stepRecord(step, 'perception');
  const all = { groups: record.groups, config: CONFIG, hasReference: true, trained: true };
  return { ...record, metrics: { ...record.metrics, policy_loss: explainStep(all)?.policyLoss ?? NaN } };
}

beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  sessionStore.setState({ config: CONFIG, status: 'idle' });
  clearRecords();
  selectionStore.setState({ group: 0, rollout: 0, token: null });
  goLive();
  act(() => root.render(<ObjectivePanel />));
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

describe('the objective panel', () => {
  it('says what brings a step, that the model loads, and that the engine failed', () => {
    expect(page.textContent).toContain('No step to explain yet');
    expect(button(/Run one step/)?.disabled).toBe(false);
    act(() => sessionStore.setState({ status: 'booting' }));
    expect(page.textContent).toContain('Loading the model');
    act(() => sessionStore.setState({ status: 'failed' }));
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('No run, no objective');
  });

  it('puts the selected token’s recorded numbers into the formulas, which add up to the recorded loss', () => {
    const record = trainedRecord(7);
    const group = record.groups.findIndex((of) => of.rewardStd > 0);
    act(() => {
      addRecords([record]);
      select({ step: 7, group, rollout: 2, token: 4 });
    });
    const rollout = record.groups[group].rollouts[2];
    expect(at('objective-advantage')?.textContent).toContain(formatSigned(rollout.advantage, 4));
    expect(at('objective-reward')?.textContent).toBe(formatNumber(rollout.reward, 4));
    const token = at('objective-token')?.textContent ?? '';
    expect(token).toContain(
      `exp(${formatNumber(rollout.logProbs[4], 4)} − (${formatNumber(rollout.oldLogProbs[4], 4)}))`,
    );
    expect(token).toContain(formatNumber(Math.exp(rollout.logProbs[4] - rollout.oldLogProbs[4]), 4));
    expect(token).toContain(formatNumber(rollout.referenceLogProbs[4], 4));
    const all = { groups: record.groups, config: CONFIG, hasReference: true, trained: true };
    const { gradient, policyGradient, klGradient } = explainToken(all, { group, rollout: 2, token: 4 })!;
    const push = at('objective-gradient')?.textContent ?? '';
    for (const shown of [
      formatSigned(-gradient, 6),
      formatNumber(policyGradient, 4),
      formatNumber(klGradient, 4),
    ])
      expect(push).toContain(shown);
    expect(at('objective-sum')?.textContent).toContain('reconciles ✓');
    act(() => addRecords([{ ...record, metrics: { ...record.metrics, policy_loss: 0.5 } }]));
    expect(at('objective-sum')?.textContent).toContain('does not reconcile');
  });

  it('says that the KL pushes alone or outweighs the advantage, where it does', () => {
    const push = (gradient: number, policyGradient: number) => pushOf({ gradient, policyGradient });
    expect(push(0, 0)).toBe('leaves its log-prob alone');
    expect(push(-0.1, -0.5)).toBe('pushes its log-prob up');
    expect(push(0.1, 0)).toBe('pushes its log-prob down, by the KL alone');
    expect(push(0.1, -0.5)).toBe('pushes its log-prob down, for the KL outweighs the advantage');
  });

  it('walks the beats by button and key, each with a sentence of its own', () => {
    act(() => {
      addRecords([trainedRecord(3)]);
      select({ step: 3 });
    });
    expect(lit()).toBe('sample');
    const sentences = new Set([at('objective-sentence')?.textContent]);
    for (const beat of ['rollout', 'score', 'advantage', 'update']) {
      click(button(/^Next/));
      expect(lit()).toBe(beat);
      sentences.add(at('objective-sentence')?.textContent);
    }
    expect(sentences.size).toBe(5);
    expect(button(/^Next/)?.disabled).toBe(true);
    act(() => {
      at('objective-guide')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
    });
    expect(lit()).toBe('advantage');
    // The beat stays while other tokens and steps are looked at.
    act(() => select({ token: 2 }));
    expect(lit()).toBe('advantage');
  });

  it('shows a step in progress as far as it has come, and offers its next phase', () => {
    const { step, stage, groups } = stepRecord(1, 'reasoning');
    const drafted = (keep: (rollout: DraftRollout) => DraftRollout) =>
      groups.map((group) => ({ ...group, rollouts: group.rollouts.map(keep) }));
    const bare = ({ response, tokenIds, tokenTexts, stopReason, decodeLogProbs }: DraftRollout) => ({
      response,
      tokenIds,
      tokenTexts,
      stopReason,
      decodeLogProbs,
    });
    const none = groups.map((group) => ({ ...group, rollouts: [] }));
    act(() => recordsStore.setState({ draft: { step, stage, done: 'sample', groups: none } }));
    expect(lit()).toBe('sample');
    expect(button(/Run “Roll out”/)).toBeDefined();
    act(() => recordsStore.setState({ draft: { step, stage, done: 'rollout', groups: drafted(bare) } }));
    expect(lit()).toBe('rollout');
    expect(at('objective-score')?.textContent).toContain('Comes with this phase');
    click(button(/Update/));
    expect(at('objective-sentence')?.textContent).toContain('it stands after “Roll out”');
    const scored = drafted((one) => ({
      ...bare(one),
      reward: one.reward,
      terms: one.terms,
      accuracy: one.accuracy,
    }));
    act(() => recordsStore.setState({ draft: { step, stage, done: 'score', groups: scored } }));
    expect(lit()).toBe('score');
    expect(at('objective-comparison')).toBeNull();
  });

  it('sets two objectives side by side and marks what differs', () => {
    act(() => {
      addRecords([trainedRecord(5)]);
      select({ step: 5 });
    });
    const differs = () =>
      [...page.querySelectorAll('tr[data-differs="true"]')].map((row) => row.getAttribute('data-row'));
    expect(differs()).toContain('kl');
    const [left, right] = page.querySelectorAll<HTMLSelectElement>(
      '[data-testid="objective-comparison"] select',
    );
    const choose = (select: HTMLSelectElement, value: string): void =>
      act(() => {
        select.value = value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      });
    choose(right, 'dr_grpo');
    expect(differs()).toEqual(expect.arrayContaining(['scale', 'advantage', 'weight']));
    choose(left, 'dr_grpo');
    expect(differs()).toEqual([]);
    choose(right, 'gspo');
    expect(differs()).toContain('ratio');
    expect(at('objective-plot-push')?.getAttribute('aria-label')).toContain('GSPO');
    expect(page.querySelectorAll('[data-testid="objective-plot-policyLoss"] path')).toHaveLength(2);
  });
});
