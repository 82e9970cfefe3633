/** Threads of Node around the sandbox: what a batch survives. */
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestThread } from '../../../../fixtures/sandboxThread.ts';
import { runCustomCode, setSandboxThread } from './host.ts';
import type { CustomInput } from './types.ts';

const SILENCE_MS = 1500;
const inputs = (...texts: string[]): CustomInput[] =>
  texts.map((text) => ({ problem: '', answer: '', key_words: [], text, tokens: text.length }));
const BRIEF = 'const score = (sample, { tokens }) => ({ value: tokens / 10, evidence: `${tokens} tokens` })';
/** Where the text says so, one call of a native function that takes hours and asks nobody. */
const DEAF = `function score(sample, { text }) {
  if (text === 'deaf') [].indexOf.call({ length: 2 ** 53 - 1 }, 1);
  return { value: 1 };
}`;

beforeAll(() => useTestThread(SILENCE_MS));

describe('a batch', () => {
  it('gives a result a response, in order, and another batch meanwhile waits its turn', async () => {
    const [one, other] = await Promise.all([
      runCustomCode(BRIEF, inputs('a', 'bb', 'ccc')),
      runCustomCode(BRIEF, inputs('dddd')),
    ]);
    expect(one.map(({ value }) => value)).toEqual([0.1, 0.2, 0.3]);
    expect(other).toMatchObject([{ value: 0.4, note: '4 tokens', error: null }]);
    expect(await runCustomCode(BRIEF, [])).toEqual([]);
  });

  it('goes on after a response whose thread had to be ended, three times, and the next batch is well', async () => {
    const results = await runCustomCode(DEAF, inputs('a', 'deaf', 'b', 'deaf', 'deaf', 'c'));
    expect(results.map(({ value, error }) => value ?? error?.split(':')[0])).toEqual([
      1, 'ended', 1, 'ended', 'ended', 'not run',
    ]); // prettier-ignore
    expect(results[1].error).toMatch(/gave no sign for 1\.5 s/);
    expect(await runCustomCode(BRIEF, inputs('a'))).toMatchObject([{ value: 0.1 }]);
  });

  it('is given up after four that had to be stopped', async () => {
    const results = await runCustomCode('function score() { for (;;); }', inputs('a', 'b', 'c', 'd', 'e'));
    for (const { error } of results.slice(0, 4)) expect(error).toMatch(/^stopped: /);
    expect(results[4]).toMatchObject({ value: null, error: expect.stringMatching(/^not run: 4 /) as string });
  });

  it('can be aborted while it runs', async () => {
    const abort = new AbortController();
    const running = runCustomCode(DEAF, inputs('deaf', 'a'), abort.signal);
    setTimeout(() => abort.abort(), 50);
    await expect(running).rejects.toThrow(/abort/i);
    expect(await runCustomCode(BRIEF, inputs('a'))).toMatchObject([{ value: 0.1 }]);
  });

  it('fails, and says so, when the sandbox does not load', async () => {
    setSandboxThread((onReply) => {
      queueMicrotask(() => onReply({ type: 'broken', message: 'HTTP 404' }));
      return { post: () => undefined, terminate: () => undefined };
    });
    await expect(runCustomCode(BRIEF, inputs('a'))).rejects.toThrow(/did not load \(HTTP 404\)\. Reload/);
    await useTestThread(SILENCE_MS);
    expect(await runCustomCode(BRIEF, inputs('a'))).toMatchObject([{ value: 0.1 }]);
  });
});
