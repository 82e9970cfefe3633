/** The what-if in the panel, with what the worker would answer. */
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { CONFIG, stepRecord } from '../../../fixtures/stepRecord.ts';
import { scoreResponse, PEBR_RECIPES } from '../../engine/rewards/index.ts';
import { goLive, select, selectionStore, sessionStore } from '../../state/index.ts';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { clearHacks } from '../../state/hacks.ts';
import { addRecords, clearRecords } from '../../state/records.ts';
import { formatNumber } from '../../ui/index.ts';
import type { ToWorker } from '../../worker/protocol.ts';
import { InspectorPanel } from './InspectorPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const record = stepRecord(7, 'perception');
const rollout = record.groups[2].rollouts[3];
const info = startedInfo({
  config: CONFIG,
  checkpointName: 'tiny',
  imageSize: 48,
  patchSize: 8,
  tokenPixels: 16,
  scorer: 'drawn',
  tasks: { name: 'scenes', origin: 'built-in', sizes: { train: 4096, heldout: 64 } },
});

let root: Root;
let page: HTMLElement;
let asked: ToWorker[];
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const outcome = () => at('what-if-outcome')?.textContent ?? '';
function type(field: HTMLInputElement | HTMLTextAreaElement | null | undefined, text: string): void {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  act(() => {
    // React listens to the native setter, as a keyboard would use it.
    Object.getOwnPropertyDescriptor(prototype.prototype, 'value')?.set?.call(field, text);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
const knob = (id: string) => at(`knob-${id}`)?.querySelector<HTMLInputElement>('input.ui-input');
const response = () => page.querySelector<HTMLTextAreaElement>('[data-testid="what-if-response"]');
const click = (element: Element | null | undefined) =>
  act(() => void element?.dispatchEvent(new MouseEvent('click', { bubbles: true })));

beforeEach(() => {
  asked = [];
  setClient({ send: (message) => void asked.push(message) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  clearRecords();
  clearHacks();
  selectionStore.setState({ group: 0, rollout: 0 });
  goLive();
  sessionStore.setState({ config: CONFIG, run: info, status: 'paused', error: null });
  act(() => {
    addRecords([record]);
    select({ step: 7, group: 2, rollout: 3 });
    root.render(<InspectorPanel />);
  });
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  setClient(null);
  sessionStore.setState({ run: null });
});

describe('the what-if', () => {
  it('says that it is none of what trained, and reproduces it as long as nothing is changed', () => {
    expect(at('inspector-what-if')?.textContent).toContain('what-if, not what trained');
    expect(at('reconcile-what-if')?.textContent).toBe('reconciles ✓');
    expect(at('what-if-reset')).toBeNull();
    expect(response()?.value).toBe(rollout.response);
    expect(asked.filter(({ type }) => type === 'requestReward')).toEqual([]);
  });

  it('follows a weight at once, for the whole group, and pins the step', () => {
    act(() => goLive());
    type(knob('weight-format'), '0.5');
    const format = rollout.terms.find(({ name }) => name === 'format')?.value ?? NaN;
    expect(outcome()).toContain(`→ ${formatNumber(rollout.reward + 0.4 * format, 4)}`);
    expect(at('reconcile-what-if')).toBeNull();
    expect(selectionStore.getState()).toMatchObject({ live: false, step: 7, group: 2, rollout: 3 });
    // The knob stays when another rollout is looked at.
    act(() => select({ step: 7, group: 2, rollout: 4 }));
    expect(knob('weight-format')?.value).toBe('0.5');
    click(at('what-if-reset'));
    expect(knob('weight-format')?.value).toBe('0.1');
    expect(at('reconcile-what-if')?.textContent).toBe('reconciles ✓');
  });

  it('takes no number that is none, and no threshold of 0', () => {
    type(knob('clip-threshold'), '0');
    expect(knob('clip-threshold')?.getAttribute('aria-invalid')).toBe('true');
    type(knob('weight-clip'), '0,4');
    expect(knob('weight-clip')?.getAttribute('aria-invalid')).toBe('true');
    expect(at('what-if-reset')).toBeNull();
  });

  it('scores an edited response as far as the text goes, and wholly when the worker has answered', async () => {
    type(response(), 'nothing at all');
    expect(at('what-if-pending')?.textContent).toContain('clip, length');
    expect(outcome()).toContain('pending');
    await act(() => new Promise((done) => setTimeout(done, 250)));
    const request = asked.find((message) => message.type === 'requestReward');
    expect(request).toMatchObject({ qid: record.groups[2].qid, response: 'nothing at all' });
    const { answer, key_words, qid } = record.groups[2];
    const score = scoreResponse(
      'perception',
      { response: 'nothing at all', responseTokens: 5, answer, key_words },
      { value: 0.2, scorer: 'drawn', threshold: 0.4 },
      PEBR_RECIPES.perception,
      'training',
    );
    act(() =>
      receive([
        {
          type: 'reward',
          qid,
          stage: 'perception',
          response: 'nothing at all',
          reward: { score, descriptionF1: null },
        },
      ]),
    );
    expect(at('what-if-pending')).toBeNull();
    expect(outcome()).toContain(`→ ${formatNumber(score.overall, 4)}`);
    expect(outcome()).not.toContain('pending');
    // The text belongs to its rollout.
    act(() => select({ step: 7, group: 2, rollout: 4 }));
    expect(response()?.value).toBe(record.groups[2].rollouts[4].response);
  });

  it('says what an edited text needs where no model is loaded', () => {
    act(() => sessionStore.setState({ run: null }));
    type(response(), 'nothing at all');
    expect(at('what-if-pending')?.textContent).toContain('start a run');
  });
});
