import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import { goLive, selectionStore, sessionStore } from '../../state/index.ts';
import { addRecords, clearRecords } from '../../state/records.ts';
import { followNewest } from '../../state/selection.ts';
import { RolloutsPanel } from './RolloutsPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
function click(element: Element | null): void {
  act(() => {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

beforeAll(() => {
  // jsdom lays nothing out: a window of rows needs a height, and scrolling somewhere to go.
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 900 });
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 900 });
  HTMLElement.prototype.scrollTo = () => undefined;
});
beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  sessionStore.setState({ config: CONFIG });
  clearRecords();
  selectionStore.setState({ group: 0, rollout: 0 });
  goLive();
  act(() => root.render(<RolloutsPanel />));
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
});

describe('the rollouts', () => {
  it('says why it is empty before the first step', () => {
    expect(page.textContent).toContain('No rollouts yet');
  });

  it('lists groups with their own mean and std, and names the batch’s apart', () => {
    const record = stepRecord(5, 'perception');
    act(() => {
      addRecords([record]);
      followNewest();
    });
    const first = at('rollout-group-0')?.textContent ?? '';
    expect(first).toContain(record.groups[0].problem.replaceAll('<image>', '').trim());
    expect(first).toContain(`mean ${record.groups[0].rewardMean.toFixed(3)}`);
    expect(first).toContain(`std ${record.groups[0].rewardStd.toFixed(3)}`);
    expect(at('rollouts-note')?.textContent).toContain(
      `batch reward_std ${record.metrics.reward_std.toFixed(3)}`,
    );
  });

  it('unfolds the selected group, shows every term, and selects what is clicked', () => {
    const record = stepRecord(5, 'perception');
    act(() => {
      addRecords([record]);
      followNewest();
    });
    const row = at('rollout-0-2');
    for (const term of record.groups[0].rollouts[2].terms) expect(row?.textContent).toContain(term.name);
    click(row);
    expect(selectionStore.getState()).toMatchObject({ step: 5, group: 0, rollout: 2, live: false });
    expect(at('rollout-0-2')?.getAttribute('aria-current')).toBe('true');
  });

  it('jumps to the best rollout of the step', () => {
    const record = stepRecord(5, 'perception');
    act(() => {
      addRecords([record]);
      followNewest();
    });
    click(at('rollouts-jump-best'));
    const { group, rollout } = selectionStore.getState();
    const best = Math.max(...record.groups.flatMap((of) => of.rollouts.map((one) => one.reward)));
    expect(record.groups[group].rollouts[rollout].reward).toBe(best);
  });

  it('flags groups that teach nothing', () => {
    const record = stepRecord(5, 'reasoning', 16, 2);
    const silent = record.groups.findIndex((group) => group.signal === 'all_wrong');
    expect(silent).toBeGreaterThanOrEqual(0);
    act(() => {
      addRecords([record]);
      followNewest();
    });
    expect(at(`rollout-group-${silent}`)?.textContent).toContain('all wrong');
    expect(at(`rollout-group-${silent}`)?.textContent).toContain('no signal');
  });
});
