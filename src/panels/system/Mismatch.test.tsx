import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addRecords, clearRecords } from '../../state/records.ts';
import { Mismatch } from './Mismatch.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;

const trained = (step: number, mean: number): void =>
  act(() => {
    const metrics = { mismatch: mean, 'mismatch/max': 10 * mean };
    addRecords([{ step, stage: 'perception', metrics, groups: [] }]);
  });

beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  act(() => root.render(<Mismatch />));
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
  clearRecords();
});

describe('Mismatch', () => {
  it('shows the newest step’s, and says whether it is rounding', () => {
    expect(page.textContent).toContain('No step has trained yet.');
    trained(1, 2e-7);
    expect(page.textContent).toContain('2.0e−7 nats');
    expect(page.textContent).toContain('2.0e−6 nats');
    expect(page.textContent).toContain('✓');
    trained(2, 3e-3);
    expect(page.textContent).toContain('0.003 nats');
    expect(page.textContent).toContain('✗');
  });
});
