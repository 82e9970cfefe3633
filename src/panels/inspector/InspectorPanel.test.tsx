import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import { goLive, recordsStore, select, selectionStore, sessionStore } from '../../state/index.ts';
import { addRecords, clearRecords, RETAINED } from '../../state/records.ts';
import { InspectorPanel } from './InspectorPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
function click(element: Element | null | undefined): void {
  act(() => {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  sessionStore.setState({ config: CONFIG });
  clearRecords();
  selectionStore.setState({ group: 0, rollout: 0 });
  goLive();
  act(() => root.render(<InspectorPanel />));
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

describe('the inspector', () => {
  it('says why it is empty before the first step', () => {
    expect(page.textContent).toContain('Nothing to inspect yet');
  });

  it('shows the record’s own numbers and reconciles them', () => {
    const record = stepRecord(7, 'perception');
    act(() => {
      addRecords([record]);
      select({ step: 7, group: 2, rollout: 3 });
    });
    const rollout = record.groups[2].rollouts[3];
    expect(at('inspector-provenance')?.textContent).toBe('captured at step 7, this decode');
    expect(at('waterfall-total')?.textContent).toContain(rollout.reward.toFixed(4));
    expect(at('reconcile-reward')?.textContent).toBe('reconciles ✓');
    expect(at('reconcile-advantage')?.textContent).toBe('reconciles ✓');
    for (const term of rollout.terms) expect(at(`waterfall-${term.name}`)).not.toBeNull();
    expect(at('inspector-question')?.textContent).toContain(record.groups[2].problem.trim());
    const tokens = page.querySelectorAll('[role="option"]');
    expect(tokens).toHaveLength(rollout.tokenIds.length);
  });

  it('says which terms part two rollouts of a group, and where their texts do', () => {
    const record = stepRecord(7, 'perception');
    const { rollouts } = record.groups[2];
    const best = rollouts.reduce((most, each) => (each.reward > most.reward ? each : most));
    const other = rollouts.findIndex(({ reward }) => reward < best.reward);
    act(() => {
      addRecords([record]);
      select({ step: 7, group: 2, rollout: other });
    });
    const section = at('inspector-sibling');
    expect(section?.querySelector('select')?.value).toBe(String(rollouts.indexOf(best)));
    expect(section?.textContent).toContain(
      `${(best.reward - rollouts[other].reward).toFixed(3)} less, from `,
    );
    expect(section?.querySelector('del')).toBeNull();
    act(() => {
      section?.querySelector('details')?.setAttribute('open', '');
      section?.querySelector('details')?.dispatchEvent(new Event('toggle'));
    });
    expect(section?.querySelector('del, ins')).not.toBeNull();
  });

  it('says so when a stored reward is not what its evidence gives', () => {
    const record = stepRecord(7, 'reasoning');
    const groups = record.groups.map((group, g) => ({
      ...group,
      rollouts: group.rollouts.map((one, r) =>
        g === 0 && r === 0 ? { ...one, reward: one.reward + 0.25 } : one,
      ),
    }));
    act(() => {
      addRecords([{ ...record, groups }]);
      select({ step: 7, group: 0, rollout: 0 });
    });
    expect(at('reconcile-reward')?.textContent).toContain('does not reconcile');
    expect(at('reconcile-advantage')?.textContent).toContain('does not reconcile');
  });

  it('steps through rollouts and groups, and a token opens its numbers', () => {
    act(() => {
      addRecords([stepRecord(3, 'reasoning')]);
      select({ step: 3, group: 0, rollout: 0 });
    });
    click(at('inspector-rollout')?.querySelector('[aria-label="Next rollout"]'));
    expect(selectionStore.getState()).toMatchObject({ step: 3, group: 0, rollout: 1, live: false });
    click(at('inspector-group')?.querySelector('[aria-label="Next group"]'));
    expect(selectionStore.getState()).toMatchObject({ group: 1, rollout: 0 });
    click(page.querySelectorAll('[role="option"]')[5]);
    expect(selectionStore.getState().token).toBe(5);
    const record = recordsStore.getState().records.get(3)?.groups[1].rollouts[0];
    expect(at('inspector-token-readout')?.textContent).toContain(`id ${record?.tokenIds[5]}`);
  });

  it('keeps the record of a step when newer ones come', () => {
    act(() => {
      addRecords([stepRecord(3, 'reasoning')]);
      select({ step: 3, group: 0, rollout: 0 });
    });
    const pin = page.querySelector('[aria-label="Keep the record of step 3"]');
    expect(pin?.getAttribute('aria-pressed')).toBe('false');
    click(pin);
    expect(pin?.getAttribute('aria-pressed')).toBe('true');
    const record = stepRecord(1, 'reasoning');
    act(() => addRecords(Array.from({ length: RETAINED }, (_, i) => ({ ...record, step: i + 4 }))));
    expect(recordsStore.getState().records.has(3)).toBe(true);
    click(pin);
    act(() => addRecords([{ ...record, step: RETAINED + 4 }]));
    expect(recordsStore.getState().records.has(3)).toBe(false);
  });

  it('shows a step in progress as far as it has come', () => {
    const { step, stage, groups } = stepRecord(1, 'reasoning');
    const sampled = groups.map(({ qid, kind, problem, answer, key_words, rollouts }) => ({
      qid,
      kind,
      problem,
      answer,
      key_words,
      rollouts: rollouts.map(({ response, tokenIds, tokenTexts, stopReason, decodeLogProbs }) => ({
        response,
        tokenIds,
        tokenTexts,
        stopReason,
        decodeLogProbs,
      })),
    }));
    act(() => recordsStore.setState({ draft: { step, stage, done: 'rollout', groups: sampled } }));
    expect(at('inspector-provenance')?.textContent).toContain('step in progress');
    expect(at('inspector-reward')?.textContent).toContain('Not scored yet');
    expect(page.querySelectorAll('[role="option"]')).toHaveLength(sampled[0].rollouts[0].tokenIds.length);
  });
});
