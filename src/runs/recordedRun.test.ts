import { gzipSync, strToU8 } from 'fflate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONFIG, stepRecord } from '../../fixtures/stepRecord.ts';
import type { StepRecord } from '../engine/rl/types.ts';
import { decodeRecordedRun, encodeRecordedRun, RECORDED_RUN_VERSION, type RecordedRun } from './index.ts';

const run: RecordedRun = {
  version: RECORDED_RUN_VERSION,
  name: 'two-stage',
  label: 'perception, then reasoning',
  checkpoint: 'tiny-severe',
  experiment: { name: 'two-stage', sha256: 'ab'.repeat(32) },
  config: CONFIG,
  stageChanges: [{ atStep: 0, from: 'warm-up', to: 'perception' }],
  metrics: [{ step: 1, reward: 0.1 + 0.2 }],
  records: [],
};

test('a real record comes back to the last bit', () => {
  // The fixture draws its log-probs as float64; a backend's are float32.
  const single = (key: string, value: unknown): unknown =>
    key.endsWith('ogProbs') || key === 'entropies' ? (value as number[]).map(Math.fround) : value;
  const records = [JSON.parse(JSON.stringify(stepRecord(1, 'perception', 2, 4)), single) as StepRecord];
  expect(decodeRecordedRun(encodeRecordedRun({ ...run, records })).records).toEqual(records);
});

test('any float32 comes back exactly, and other numbers untouched', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (logProbs, reward) => {
        const metrics = [{ step: 1, reward, logProbs } as unknown as RecordedRun['metrics'][number]];
        const back = decodeRecordedRun(encodeRecordedRun({ ...run, metrics })).metrics;
        // JSON knows no negative zero.
        expect(back).toEqual(JSON.parse(JSON.stringify(metrics)));
      },
    ),
  );
});

test('refuses a log-prob that float32 does not hold', () => {
  const records = [stepRecord(1, 'perception', 1, 2)];
  expect(() => encodeRecordedRun({ ...run, records })).toThrow(/is no float32/);
});

test('the same run gives the same bytes', () => {
  expect(encodeRecordedRun(run)).toEqual(encodeRecordedRun(run));
});

test('says what is wrong with other bytes', () => {
  expect(() => decodeRecordedRun(strToU8('no gzip'))).toThrow(/damaged/);
  expect(() => decodeRecordedRun(encodeRecordedRun(run).subarray(0, 40))).toThrow(/damaged/);
  expect(() => decodeRecordedRun(gzipSync(strToU8('{"version":99}')))).toThrow(
    /version 99; this page reads 1/,
  );
  expect(() => decodeRecordedRun(gzipSync(strToU8('{"version":1}')))).toThrow(/no metrics/);
  expect(() => decodeRecordedRun(gzipSync(strToU8('null')))).toThrow(/version undefined/);
});
