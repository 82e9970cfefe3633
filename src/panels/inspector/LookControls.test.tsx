/** What is said beside the similarity map: how often it finds the right patch on this task set. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { startedInfo } from '../../../fixtures/startedInfo.ts';
import { stepRecord } from '../../../fixtures/stepRecord.ts';
import { sessionStore, showLive } from '../../state/index.ts';
import { LookControls } from './LookControls.tsx';
import type { Look } from './useLook.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const measures = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../public/models/scorer/measures.json'), 'utf8'),
) as Record<string, number>;
const [group] = stepRecord(1, 'perception', 1, 2).groups;

function noteFor(patchHitRate: number | null): Element | null {
  const page = document.createElement('div');
  const root = createRoot(page);
  const look: Look = {
    layer: 'similarity',
    opacity: 0.5,
    depth: 0,
    head: 'mean',
    description: 'red cube',
    similarity: { similarity: 0.5, patches: new Float32Array(4), patchHitRate },
    attention: null,
    choose: () => undefined,
    hoveredToken: null,
    hoverToken: () => undefined,
    hoveredPatch: null,
    hoverPatch: () => undefined,
  };
  act(() => {
    showLive();
    sessionStore.setState({ run: startedInfo() });
    root.render(<LookControls look={look} rollout={group.rollouts[0]} step={1} token={null} scale={null} />);
  });
  const note = page.querySelector('[data-testid="patch-hit-rate"]');
  act(() => root.unmount());
  return note;
}

it('where the scorer finds what is named it says how often, from the card', () => {
  expect(noteFor(measures['patch_hit_rate/scenes'])?.textContent).toMatch(/finds .* for 99\.4 % of held-out/);
});

it('where it does not, it warns, in words and not by colour alone', () => {
  const note = noteFor(measures['patch_hit_rate/geometry']);
  expect(note?.textContent).toMatch(/^⚠ Do not read this map on this task set: .* only 2\.7 % of held-out/);
});

it('where nothing was measured it says so', () => {
  expect(noteFor(null)?.textContent).toContain('not measured on this task set');
});
