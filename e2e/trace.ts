/** What the page's main thread did, from Chromium's own trace, by the processor time it took. */
import { expect, type Browser } from '@playwright/test';

export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Begin and duration, microseconds of wall time. */
  readonly ts: number;
  readonly dur?: number;
  /** Thread time, microseconds: waiting for a processor does not count. */
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly url?: string } };
}

/** Events with a duration on the page's main thread while `work` is done, in order. */
export async function mainThread(browser: Browser, work: () => Promise<void>): Promise<TraceEvent[]> {
  const cdp = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise<void>((resolve) => cdp.on('Tracing.tracingComplete', () => resolve()));
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', '__metadata'] },
  });
  await work();
  await cdp.send('Tracing.end');
  await complete;
  await cdp.detach();
  const main = events.find(
    (event) => event.name === 'FunctionCall' && /\/assets\/index/.test(event.args?.data?.url ?? ''),
  );
  expect(main, 'the trace holds the page').toBeDefined();
  return events
    .filter((event) => event.ph === 'X' && event.pid === main?.pid && event.tid === main.tid)
    .sort((a, b) => a.ts - b.ts);
}

/** Milliseconds of each task. */
export function taskTimes(events: readonly TraceEvent[]): number[] {
  return events
    .filter((event) => event.name.endsWith('RunTask') && event.tdur !== undefined)
    .map((event) => (event.tdur ?? 0) / 1000);
}

const SCRIPT = ['FunctionCall', 'EventDispatch', 'FireAnimationFrame', 'TimerFire', 'RunMicrotasks'];

/** Milliseconds of script in each drawn frame that ran any. */
export function scriptTimes(events: readonly TraceEvent[]): number[] {
  const frames: number[] = [];
  let script = 0;
  let end = -Infinity;
  for (const { name, ts, dur = 0, tdur = 0 } of events) {
    if (name === 'PrePaint') {
      if (script > 0) frames.push(script);
      script = 0;
    } else if (SCRIPT.includes(name) && ts >= end) {
      // What a script calls counts with it.
      end = ts + dur;
      script += tdur / 1000;
    }
  }
  return frames;
}
