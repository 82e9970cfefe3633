import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { savedState, wholeRun } from '../../fixtures/wholeRun.ts';
import { exportRun, importRun } from './runFile.ts';
import { sizeOfState, type WholeRun } from './types.ts';

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
const packed = async (run: WholeRun): Promise<Uint8Array> => joined(await exportRun(run));
const read = (bytes: Uint8Array): Promise<WholeRun> => importRun(bytes, 'run.zip', 'new');

const strange = fc.oneof(fc.double(), fc.float(), fc.constantFrom(NaN, -0, Infinity, -Infinity, 1e-320));
const metricName = fc.oneof(
  fc.constantFrom('reward', 'a,b', 'a "b"', '__proto__', 'rewards/x/mean'),
  fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text) && text !== 'step' && text !== 'stage'),
);

const base = wholeRun('a', 3);
const runs = fc
  .record({
    name: fc.string({ maxLength: 40 }),
    metrics: fc.array(fc.array(fc.tuple(metricName, strange)), { minLength: 3, maxLength: 3 }),
    drawn: fc.array(strange, { minLength: 1 }),
    response: fc.string({ unit: 'binary' }),
    kept: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
    count: fc.nat(3),
    weight: fc.float(),
  })
  .map(({ name, metrics, drawn, response, kept, count, weight }): WholeRun => {
    const rows = metrics.map((entries, i) => ({
      step: i + 1,
      stage: 'perception' as const,
      metrics: Object.fromEntries(entries),
    }));
    const records = base.records.slice(3 - count).map((record) => {
      const [{ rollouts, ...group }, ...groups] = record.groups;
      const [rollout, ...rest] = rollouts;
      const logProbs = rollout.tokenIds.map((_, i) => drawn[i % drawn.length]);
      const changed = { ...group, rollouts: [{ ...rollout, logProbs, response }, ...rest] };
      return { ...record, metrics: rows[record.step - 1].metrics, groups: [changed, ...groups] };
    });
    const steps = kept.sort((a, b) => a - b);
    const checkpoints = steps.map((step) => {
      const state = savedState(step);
      const why = step === 0 ? 'start' : step === 1 ? 'interval' : 'reader';
      return { step, stage: state.progress.stage, why, bytes: sizeOfState(state) } as const;
    });
    return {
      ...base,
      header: { ...base.header, name, kept: checkpoints },
      metrics: rows,
      records,
      state: savedState(3, weight),
      kept: new Map(steps.map((step) => [step, savedState(step)])),
    };
  });

test('any run comes back as it was, and its second file has the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const bytes = await packed(run);
      const back = await read(bytes);
      expect({ ...back, header: null }).toEqual({ ...run, header: null });
      expect(back.header).toEqual({ ...run.header, id: 'new', best: back.header.best });
      expect(joined([await packed(back)])).toEqual(bytes);
    }),
    { numRuns: 40 },
  );
});

test('holds what other programs read', async () => {
  const files = unzipSync(await packed(base));
  expect(Object.keys(files)).toEqual([
    'run.json',
    'metrics.csv',
    'rollouts.jsonl',
    'checkpoint/config.json',
    'checkpoint/tokenizer.json',
    'checkpoint/model.safetensors',
    'state/trainer.safetensors',
    'kept/0/model.safetensors',
    'kept/0/trainer.safetensors',
  ]);
  expect(strFromU8(files['metrics.csv']).split('\n')[0]).toMatch(/^step,stage,/);
  const [line] = strFromU8(files['rollouts.jsonl']).split('\n');
  expect(JSON.parse(line) as unknown).toMatchObject({
    step: 1,
    group: 0,
    rollout: 0,
    float32: false,
  });
});

describe('a file that is no such run', () => {
  const edited = async (path: string, edit: (text: string) => string): Promise<Uint8Array> => {
    const files = unzipSync(await packed(base));
    return zipSync({ ...files, [path]: strToU8(edit(strFromU8(files[path] ?? new Uint8Array()))) });
  };

  test.each([
    ['another format', 'run.json', () => '{"format":"x"}', /run.json: format "x" is not pebr-run/],
    [
      'a newer version',
      'run.json',
      (t: string) => t.replace('"version": 1', '"version": 7'),
      /made by a newer version.*7/,
    ],
    ['bad JSON', 'run.json', (t: string) => t.slice(0, 100), /run.json: .*JSON/],
    [
      'an unknown config field',
      'run.json',
      (t: string) => t.replace('"groupSize"', '"groupsize"'),
      /"groupsize" is not known/,
    ],
    [
      'an unknown preset',
      'run.json',
      (t: string) => t.replace('"preset": "tiny"', '"preset": "huge"'),
      /huge/,
    ],
    [
      'a field of another kind',
      'run.json',
      (t: string) => t.replace('"stepInStage": 3', '"stepInStage": "3"'),
      /stepInStage/,
    ],
    ['a cut table', 'metrics.csv', (t: string) => t.slice(0, -5), /metrics.csv: line \d+ has no end/],
    [
      'a word for a number',
      'metrics.csv',
      (t: string) => t.replace(/(\n1,perception),[^,]+/, '$1,much'),
      /metrics.csv: line 2: .*much/,
    ],
    [
      'steps out of order',
      'metrics.csv',
      (t: string) => t.replace('\n2,', '\n1,'),
      /line 3: step “1” does not follow 1/,
    ],
    ['a cut line', 'rollouts.jsonl', (t: string) => t.slice(0, 300), /rollouts.jsonl: line/],
    [
      'a rollout too few numbers',
      'rollouts.jsonl',
      (t: string) => t.replace(/"tokenIds":\[\d+,/, '"tokenIds":['),
      /rollouts.jsonl: line 1: .*values for/,
    ],
    [
      'weights that are none',
      'checkpoint/model.safetensors',
      () => 'weights',
      /model.safetensors: safetensors/,
    ],
    ['a file more', 'evil.js', () => 'alert()', /evil.js: no file of a run/],
  ])('says what is wrong: %s', async (_, path, edit, message) => {
    await expect(read(await edited(path, edit))).rejects.toThrow(message);
  });

  test('says what is wrong with the archive', async () => {
    const bytes = await packed(base);
    await expect(read(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(
      /no zip archive or was cut short/,
    );
    await expect(read(strToU8('hello'))).rejects.toThrow(/no zip archive/);
    await expect(read(zipSync({ '../run.json': strToU8('{}') }))).rejects.toThrow(/leads out of the archive/);
    await expect(read(zipSync({ 'a.txt': strToU8('') }))).rejects.toThrow(/holds no run.json/);
    const files = unzipSync(bytes);
    delete files['metrics.csv'];
    await expect(read(zipSync(files))).rejects.toThrow(/metrics.csv: missing/);
    const bomb = zipSync({ 'run.json': new Uint8Array(300_000_000) }, { level: 1 });
    expect(bomb.length).toBeLessThan(3_000_000);
    await expect(read(bomb)).rejects.toThrow(/run.json.* 300 MB, the limit is 256/);
  });

  test('gives a run or a message, whatever byte is wrong', async () => {
    const bytes = await packed(wholeRun('a', 1));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const damaged = bytes.slice();
        damaged[at] ^= by;
        const outcome = await read(damaged).then(
          () => 'a run',
          (error: unknown) => (error as Error).message,
        );
        expect(outcome).toMatch(/^a run$|run\.zip|zip entry/);
      }),
      { numRuns: 150 },
    );
  });
});
