/** The inspector on a recorded run: everything that was recorded, and nothing asked of a policy that is another one. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { decodeRecordedRun } from '../../runs/index.ts';
import { select, sessionStore, showLive, showRecorded } from '../../state/index.ts';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { formatNumber } from '../../ui/index.ts';
import type { ToWorker } from '../../worker/protocol.ts';
import { InspectorPanel } from './InspectorPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const bytes = new Uint8Array(
  readFileSync(resolve(import.meta.dirname, '../../../public/runs/two-stage.run')),
);
const { records } = decodeRecordedRun(bytes);

let root: Root;
let page: HTMLElement;
let asked: ToWorker[];
const at = (testId: string) => page.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const wait = (ms: number) => act(() => new Promise((done) => setTimeout(done, ms)));
const layer = (name: string) =>
  act(() => {
    const tab = [...page.querySelectorAll<HTMLElement>('[role="tab"]')].find(
      (one) => one.textContent === name,
    );
    tab?.click();
  });
function type(field: HTMLInputElement | HTMLTextAreaElement | null | undefined, text: string): void {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  act(() => {
    // React listens to the native setter, as a keyboard would use it.
    Object.getOwnPropertyDescriptor(prototype.prototype, 'value')?.set?.call(field, text);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(bytes)));
  asked = [];
  setClient({ send: (message) => void asked.push(message) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  // A model is loaded, with another config, and could answer.
  receive([{ type: 'started', info: startedInfo() }]);
  sessionStore.setState({ status: 'idle' });
  await showRecorded('two-stage');
  act(() => root.render(<InspectorPanel />));
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  act(() => showLive());
  setClient(null);
});

it('reconciles every recorded step with the run’s own config', () => {
  for (const { step, groups } of records) {
    act(() => select({ step, group: 3, rollout: 5 }));
    expect(at('inspector-provenance')?.textContent).toBe(
      `captured at step ${step}, this decode of a recorded run`,
    );
    expect(at('waterfall-total')?.textContent).toContain(formatNumber(groups[3].rollouts[5].reward, 4));
    for (const check of ['reconcile-reward', 'reconcile-advantage', 'reconcile-what-if']) {
      expect(at(check)?.textContent, `${check} at step ${step}`).toBe('reconciles ✓');
    }
  }
});

it('says what was not recorded, and asks no model', async () => {
  act(() => select({ step: 1, group: 0, rollout: 0 }));
  for (const name of ['similarity', 'attention']) {
    layer(name);
    expect(at('not-recorded')?.textContent).toContain('Not recorded');
  }
  type(at('what-if-response') as HTMLTextAreaElement, 'nothing at all');
  expect(at('what-if-pending')?.textContent).toContain('not recorded: clip, length');
  expect(at('what-if-outcome')?.textContent).toContain('not recorded');
  await wait(250);
  // Every run that starts is told how often its checkpoints are kept.
  expect(asked.map((message) => message.type)).toEqual(['keepEvery']);
});

it('answers a what-if that needs no model', () => {
  const { reward, terms } = records[0].groups[0].rollouts[0];
  act(() => select({ step: 1, group: 0, rollout: 0 }));
  type(at('knob-weight-format')?.querySelector<HTMLInputElement>('input.ui-input'), '0.5');
  const format = terms.find(({ name }) => name === 'format')?.value ?? NaN;
  expect(at('what-if-outcome')?.textContent).toContain(`→ ${formatNumber(reward + 0.4 * format, 4)}`);
  // Of a reasoning step, the text alone says all.
  act(() => select({ step: 120, group: 0, rollout: 0 }));
  type(at('what-if-response') as HTMLTextAreaElement, 'nothing at all');
  expect(at('what-if-pending')).toBeNull();
  expect(at('what-if-outcome')?.textContent).toContain('→ 0');
});
