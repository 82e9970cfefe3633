/** The panel with what the worker would send: hacks written and scored by the engine, on the tasks' own samples. */
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { answerRequest, scorer, similarityOf, tasks, tokensOf } from '../../../fixtures/hackWorker.ts';
import { extractDescription } from '../../engine/rewards/description.ts';
import { HACKS } from '../../engine/rewards/gaming.ts';
import { PEBR_RECIPES } from '../../engine/rewards/recipes.ts';
import { rewardText } from '../../engine/rewards/rewardText.ts';
import { scoreResponse } from '../../engine/rewards/score.ts';
import { sessionStore } from '../../state/index.ts';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { chooseConfig, configStore, markApplied } from '../../state/config.ts';
import { clearSamples } from '../../state/samples.ts';
import { formatNumber } from '../../ui/index.ts';
import type { ToWorker } from '../../worker/protocol.ts';
import { HacksPanel } from './HacksPanel.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const info = startedInfo({
  scorer: scorer.id,
  tasks: { name: 'scenes-nano', origin: 'built-in', sizes: { train: 4096, heldout: 64 } },
});

let root: Root;
let page: HTMLElement;
let asked: ToWorker[];
const at = (testId: string, inside: ParentNode = page) =>
  inside.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
const button = (text: string) =>
  [...page.querySelectorAll('button')].find(
    (one) => one.textContent.trim() === text || one.getAttribute('aria-label') === text,
  );
function click(element: Element | null | undefined): void {
  expect(element).toBeTruthy();
  act(() => {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
}

/** Answers what was asked, as the worker does, until nothing more is asked. */
async function answer(rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await act(() => new Promise((done) => setTimeout(done, 220)));
    for (const message of asked.splice(0)) {
      const told = await answerRequest(message);
      act(() => receive(told));
    }
  }
}

function type(side: string, text: string): void {
  const field = at(`hack-${side}`)?.querySelector('textarea');
  act(() => {
    // React listens to the native setter, as a keyboard would use it.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(() => {
  asked = [];
  clearSamples();
  chooseConfig(info.config);
  setClient({ send: (message) => void asked.push(message) });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  act(() => {
    receive([{ type: 'started', info }]);
    sessionStore.setState({ status: 'idle', step: 0 });
    root.render(<HacksPanel />);
  });
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  setClient(null);
});

describe('the list', () => {
  it('names every hack with a sentence, and marks those that a policy learns', async () => {
    for (const { id, title, explanation } of HACKS) {
      expect(at(`hack-${id}`)?.textContent).toContain(title);
      expect(at(`hack-${id}`)?.textContent).toContain(explanation);
    }
    expect(at('hack-keyword-stuffing')?.textContent).toContain('with a run');
    expect(at('hack-substring')?.textContent).not.toContain('with a run');
    click(button('Substring hits'));
    expect(at('hack-substring')?.textContent).toContain('Not learned here');
    await answer();
  });

  it('goes through the samples', async () => {
    await answer();
    const first = at('hack-honest')?.querySelector('textarea')?.value;
    click(button('Next sample'));
    await answer();
    expect(at('hacks-sample')?.textContent).toContain('held-out sample 2/64');
    expect(page.textContent).toContain(tasks.sample('heldout', 1).problem.replace('<image>', '').trim());
    expect(at('hack-honest')?.querySelector('textarea')?.value).not.toBe(first);
  });
});

describe('an exploit', () => {
  it('pays the hacked response more for seeing no better, term by term', async () => {
    expect(page.textContent).toContain('Loading the sample');
    await answer();
    const [honest, hacked] = ['honest', 'hacked'].map((side) => {
      const total = at('waterfall-total', at(`hack-${side}`)!)?.textContent ?? '';
      return Number(total.replace('reward', ''));
    });
    expect(hacked).toBeGreaterThan(honest);
    expect(at('hack-verdict')?.textContent).toContain('paid more for seeing no better');
    expect(at('hack-verdict')?.textContent).toContain(honest.toFixed(4));
    for (const term of ['clip', 'keyword', 'format', 'length', 'accuracy']) {
      for (const side of ['honest', 'hacked']) {
        expect(at(`waterfall-${term}`, at(`hack-${side}`)!)).not.toBeNull();
      }
    }
  });

  it('says that it waits for the phase under way', async () => {
    await answer();
    act(() => sessionStore.setState({ status: 'running', phase: 'rollout' }));
    type('honest', 'another');
    expect(at('hack-waiting')?.textContent).toContain('its rollout phase ends');
    await answer();
    expect(at('hack-waiting')).toBeNull();
  });

  it('asks anew of another run, and of one that was lost once it goes on', async () => {
    await answer();
    act(() => receive([{ type: 'started', info: { ...info, policyHash: 'b' } }]));
    expect(asked.map(({ type: asking }) => asking)).toContain('requestExploit');
    act(() => sessionStore.setState({ status: 'lost' }));
    asked.splice(0);
    await answer();
    expect(page.textContent).toContain('stands still after an error');
    act(() => sessionStore.setState({ status: 'paused' }));
    await answer();
    expect(at('waterfall-total', at('hack-hacked')!)).not.toBeNull();
  });

  it('shows an error and asks again', async () => {
    await answer();
    const error = { where: 'reward of a text', message: 'out of memory', suggestion: '', fatal: false };
    type('hacked', 'x');
    act(() => receive([{ type: 'error', error }]));
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('out of memory');
    await act(() => new Promise((done) => setTimeout(done, 220)));
    asked.splice(0);
    click(button('Ask again'));
    await answer();
    expect(page.querySelector('[role="alert"]')).toBeNull();
    expect(at('waterfall-total', at('hack-hacked')!)?.textContent).toContain('reward');
  });

  it('shows for any text what scoreResponse gives it', async () => {
    await answer();
    const { answer: truth, key_words } = tasks.sample('heldout', 0);
    const headings = ['### Image Description: ', '\n### Rationales: ', '\n### Step 1: '];
    const part = fc.constantFrom(
      ...headings,
      '\n### The final answer is: ',
      truth,
      ...key_words,
      ' < x > ',
      'ſtep',
      ', ',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 14 }), async (parts) => {
        const response = parts.join('');
        type('hacked', response);
        await answer(1);
        const input = { response, responseTokens: tokensOf(response).length + 1, key_words, answer: truth };
        const value = similarityOf(extractDescription(rewardText(response)));
        const similarity = { value, scorer: scorer.id, threshold: scorer.threshold };
        const { perception } = PEBR_RECIPES;
        const expected = scoreResponse('perception', input, similarity, perception, 'training');
        const side = at('hack-hacked')!;
        expect(at('waterfall-total', side)?.textContent).toBe(`reward${formatNumber(expected.overall, 4)}`);
        for (const term of expected.terms) {
          const shown = at(`waterfall-${term.name}`, side)?.textContent;
          expect(shown).toContain(`${formatNumber(term.value)} × ${formatNumber(term.weight)} =`);
        }
      }),
      { numRuns: 8 },
    );
  });
});

describe('a run that learns it', () => {
  const started = () => asked.find((message) => message.type === 'start');

  it('starts at once where nothing would be lost', async () => {
    await answer();
    markApplied({
      config: info.config,
      tasks: { from: 'built-in', name: 'scenes-nano' },
      checkpoint: 'nano',
      warmed: null,
    });
    click(button('Train this'));
    expect(started()).toMatchObject({ checkpointName: 'nano', play: true });
    expect(configStore.getState().draft.recipes.perception.weights.keyword).toBe(1);
    act(() => sessionStore.setState({ status: 'running', step: 3 }));
    expect(at('hack-run-keyword-only')?.textContent).toContain('This is the run under way: step 3');
    expect(at('hack-run-keyword-only')?.textContent).toContain('your first');
  });

  it('asks before it ends a run', async () => {
    await answer();
    const tasksOfRun = { from: 'built-in', name: 'scenes-nano' } as const;
    act(() => {
      markApplied({ config: info.config, tasks: tasksOfRun, checkpoint: 'nano', warmed: null });
      sessionStore.setState({ status: 'paused', step: 12 });
    });
    click(button('Train this'));
    expect(started()).toBeUndefined();
    expect(at('hack-run-keyword-only')?.textContent).toContain('stands at step 12');
    click(button('Keep the run'));
    expect(configStore.getState().draft).toEqual(info.config);
    click(button('Train this'));
    click(button('Apply & restart'));
    expect(started()).toMatchObject({ play: true });
  });
});
