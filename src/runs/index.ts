/**
 * A run as data: stored in the browser, written to a file and read from one, or named by a link.
 *
 * Words: **recorded run** a run made beforehand, with the metrics of every step and the full records of chosen
 * steps, for a page that has trained nothing yet · **header** a run's line in the list · **whole run** header,
 * numbers and what it can go on from · **state** trainer progress, weights and optimiser between two phases ·
 * **checkpoint** a state that stays · **own sample** one that the reader made.
 */
export {
  decodeRecordedRun,
  encodeRecordedRun,
  RECORDED_RUN_VERSION,
  type RecordedRun,
} from './recordedRun.ts';
export { lockedRuns, lockRun, type RunLock } from './locks.ts';
export { OWN_SET, ownSampleFiles } from './ownSampleFiles.ts';
export {
  OwnSampleDatabase,
  type DrawnMark,
  type OwnPicture,
  type OwnSample,
  type OwnSampleFields,
} from './ownSamples.ts';
export { packRecord, type PackedRecord } from './recordCodec.ts';
export {
  MOST_LINK,
  readLink,
  writeLink,
  type ReadLink,
  type SharedSelection,
  type SharedView,
} from './shareLink.ts';
export { RunDatabase, type RunChanges } from './storage.ts';
export { StorageError, storageError, type StorageFault } from './storageError.ts';
export { RUN_COLOURS, shownOf, sizeOfState, withScores } from './types.ts';
export type {
  BestScore,
  Checkpoint,
  LoadedRun,
  MetricsRow,
  RunHeader,
  RunParent,
  WholeRun,
} from './types.ts';
