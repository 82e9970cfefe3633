import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setClient } from '../../state/bridge.ts';
import { receive } from '../../state/connect.ts';
import { sessionStore } from '../../state/session.ts';
import type { BackendReport, FromWorker, StartedInfo, ToWorker } from '../../worker/protocol.ts';
import { Benchmark } from './Benchmark.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const GPU: BackendReport = {
  name: 'webgpu',
  reason: 'a hardware WebGPU adapter is there',
  adapter: { vendor: 'maker', architecture: 'arch', device: '', description: '', isSoftware: false },
  tried: [],
  fusedOps: { on: true, why: 'they compute here as the cpu does' },
  matmul: '8 × 8 in registers (4 × 4 in registers takes 2.0× as long, 32 × 32 in shared memory 3.0×)',
};
const REQUEST = { groups: 4, groupSize: 8, maxNewTokens: 64, rounds: 3, withoutFusedOps: false };
const REPORT: FromWorker = {
  type: 'benchmark',
  request: REQUEST,
  timings: [
    {
      measure: 'training',
      fusedOps: true,
      milliseconds: 12.5,
      tokensPerSecond: 40_000,
      counts: { dispatches: 310, submits: 2, readBacks: 1, javascriptMilliseconds: 1.25 },
    },
  ],
  profiles: [
    {
      measure: 'training',
      kernels: [
        { kernel: 'linear', dispatches: 30, milliseconds: 6, share: 2 / 3 },
        ...['a', 'b', 'c', 'd', 'e'].map((kernel) => ({
          kernel,
          dispatches: 2,
          milliseconds: 0.5,
          share: 1 / 18,
        })),
        { kernel: 'f', dispatches: 1, milliseconds: 0.25, share: 1 / 36 },
        { kernel: 'g', dispatches: 3, milliseconds: 0.25, share: 1 / 36 },
      ],
    },
  ],
};

let root: Root;
let page: HTMLElement;
let sent: ToWorker[];
let copied: string;

const button = (name: string): HTMLButtonElement | undefined =>
  [...page.querySelectorAll('button')].find(({ textContent }) => textContent === name);

beforeEach(() => {
  sent = [];
  setClient({ send: (message) => sent.push(message) });
  Object.defineProperty(navigator, 'clipboard', {
    value: { writeText: async (text: string) => void (copied = text) },
    configurable: true,
  });
  sessionStore.setState({ ...sessionStore.getInitialState(), backend: GPU, status: 'idle' });
  sessionStore.setState({ run: { runId: 'a' } as StartedInfo });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  act(() => root.render(<Benchmark />));
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
  setClient(null);
  sessionStore.setState(sessionStore.getInitialState());
});

describe('Benchmark', () => {
  it('asks for the short form, on a GPU with the fused ops off too unless unticked', () => {
    act(() => button('Benchmark this GPU')!.click());
    act(() => page.querySelector('input')!.click());
    act(() => button('Benchmark this GPU')!.click());
    expect(sent).toEqual([
      { type: 'benchmark', ...REQUEST, withoutFusedOps: true },
      { type: 'benchmark', ...REQUEST },
    ]);
  });

  it('leaves them on by default where the adapter computes on the CPU, and waits for a pause', () => {
    const backend = { ...GPU, adapter: { ...GPU.adapter!, isSoftware: true } };
    act(() => sessionStore.setState({ backend }));
    act(() => button('Benchmark this CPU')!.click());
    expect(sent).toEqual([{ type: 'benchmark', ...REQUEST }]);
    expect(page.textContent).toContain('takes minutes');
    act(() => sessionStore.setState({ status: 'running' }));
    expect(button('Benchmark this CPU')!.disabled).toBe(true);
    expect(page.textContent).toContain('Pause the run first');
  });

  it('can be cancelled, and shows and copies what was measured', async () => {
    act(() => receive([{ type: 'benchmarkProgress', progress: { done: 1, total: 4 } }]));
    expect(page.querySelector('progress')).toMatchObject({ value: 1, max: 4 });
    act(() => button('Cancel the benchmark')!.click());
    expect(sent).toEqual([{ type: 'cancelBenchmark' }]);
    act(() => receive([REPORT, { type: 'benchmarkProgress', progress: null }]));
    expect(page.textContent).toContain('One machine, one moment; medians of 3');
    await act(async () => button('Copy as Markdown')!.click());
    expect(button('Copied')).toBeDefined();
    const lines = copied.split('\n');
    expect(lines).toContain('- adapter: maker · arch');
    expect(lines).toContain(`- matmul: ${GPU.matmul}`);
    expect(lines).toContain(`- browser: ${navigator.userAgent}`);
    expect(lines).toContain('| work | ms | tokens/s | dispatches | submits | read-backs | JS ms |');
    expect(lines).toContain('| training micro-batch, fused ops on | 12.5 | 40000 | 310 | 2 | 1 | 1.3 |');
    expect(lines).toContain('| training micro-batch: linear | 30 | 6 | 66.7 % |');
    expect(lines).toContain('| training micro-batch: 2 others | 4 | 0.50 | 5.6 % |');
    expect(page.textContent).toContain('Where the GPU’s time goes');
  });
});
