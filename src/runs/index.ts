/**
 * A run as data.
 *
 * Words: **recorded run** a run made beforehand, with the metrics of every step and the full records of chosen
 * steps, for a page that has trained nothing yet.
 */
export {
  decodeRecordedRun,
  encodeRecordedRun,
  RECORDED_RUN_VERSION,
  type RecordedRun,
} from './recordedRun.ts';
