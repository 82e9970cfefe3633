/**
 * What panels read and ask. Contract: panels import from here only, never from the worker.
 *
 * - **session** what the worker last said: status, backend, running config, phase, stage, split, errors
 * - **selection** {step, group, rollout, token, patch}; live follows the newest step, selecting pins
 * - **shown run** the one whose steps panels read: the run under way, or a **recorded run** shipped with the page
 * - **records** step records: the last 200 and the pinned ones; the **draft** is the step in progress
 * - **series** every scalar of every step, in typed arrays, published at ≤ 4 Hz
 * - **samples** pictures and texts of the task set, asked for on demand
 * - **own samples** those that the reader draws, uploads and words; kept on this device
 * - **hacks** texts that game a reward and what any text is paid, and the runs that learn one
 * - **edit facts** what only model and scorer can say of an edited response · **attention** of a sampled one
 * - **custom reward** terms that the reader writes: tried, joined to a recipe, or held back until allowed
 * - **evaluation** measures of the run's policies on many samples, two side by side
 * - **warm-up** supervised steps on a teacher with chosen faults, and the policy that they make for a new run
 * - **benchmark** what this machine takes for the work of a step, in the short form
 * - **runs** the one under way and those stored on this device; saved as they go
 * - **checkpoints** states of a run that stay, to fork from and to measure
 * - **overlays** runs drawn in Charts beside the one under way · **control** the same run without stage 1, beside it
 * - **config** the draft that Setup edits, its changes against the run
 * - **layout** what is open, remembered on this device
 * - **commands** what buttons, keys, the palette and tests run
 * - **dialog** the one that is open, and a field that wants the focus
 * - **lesson** the one under way, its stop and what it locks
 */
export { sessionStore, useSession } from './session.ts';
export type { LogLine, SessionState } from './session.ts';
export { goLive, select, selectNearest, selectionStore, useRecord, useSelection } from './selection.ts';
export type { Selection } from './selection.ts';
export { useShownStep } from './shownStep.ts';
export type { ShownStep } from './shownStep.ts';
export { recordsStore, useLiveMetrics } from './records.ts';
export {
  factsOf,
  useDraft,
  useIsRecorded,
  useKeptRecords,
  useNewestRecord,
  usePinned,
  useRecordSteps,
  useSeries,
  useSeriesNames,
  useShownRun,
  useStageBoundaries,
} from './shownRun.ts';
export type { RunFacts } from './shownRun.ts';
export { useShownImage } from './shownImages.ts';
export {
  mayShowRecorded,
  RECORDED_RUNS,
  showLive,
  showRecorded,
  useAwaitedRecorded,
} from './recordedRuns.ts';
export { togglePin } from './persistence.ts';
export { runStore, useRuns } from './runStore.ts';
export type { RunInfo, RunsState, StorageStatus } from './runStore.ts';
export { deleteCheckpoint, KEEP_EVERY, setKeepEvery, useKeepEvery } from './checkpoints.ts';
export type { KeepEvery } from './checkpoints.ts';
export type { Checkpoint } from '../runs/index.ts';
export { deleteRun, editRun, resumable } from './runList.ts';
export {
  clearOverlays,
  MOST_OVERLAYS,
  overlayStore,
  toggleOverlay,
  useDrawnRuns,
  useDrawnVersion,
  useOverlayIds,
} from './overlays.ts';
export type { DrawnRun } from './overlays.ts';
export {
  controlMisfit,
  discardControl,
  keepControl,
  startControl,
  stopControl,
  useControl,
} from './control.ts';
export type { ControlRun } from './control.ts';
export { draftMisfit, duplicateRun, forkRun, resumeRun } from './resume.ts';
export { exportRunFile, importRunFile } from './runFiles.ts';
export { megabytes } from './storageNotice.ts';
export { seriesStore, useLiveSeries } from './series.ts';
export type { SeriesView, StageBoundary } from './series.ts';
export { useSampleImage, useSamples, useSimilarity } from './samples.ts';
export type { SampleFilter, SampleImage, SampleRow, SimilarityAnswer } from './samples.ts';
export { askAgain, trainHack, useExploit, useHackRun, useReward, useRewardError } from './hacks.ts';
export type { ExploitTexts } from './hacks.ts';
export { askAttentionAgain, useAttention, useAttentionError } from './attention.ts';
export type { AttentionGiven } from './attention.ts';
export { saveBlob } from './download.ts';
export { useEditFacts } from './editFacts.ts';
export type { EditFacts } from './editFacts.ts';
export {
  admitConfig,
  answerPending,
  editTerm,
  failuresOf,
  joinRecipe,
  leaveRecipe,
  stopTrial,
  tryTerm,
  useCustomReward,
  useCustomTerms,
} from './customReward.ts';
export type { CustomFailure, EditedTerm, PendingCode, Trial } from './customReward.ts';
export type { PlacedTerm } from './approvedCode.ts';
export {
  cancelEvaluation,
  chooseEvaluation,
  evaluate,
  evaluationBlocker,
  partOf,
  probe,
  PROBE_SAMPLES,
  useEvaluation,
  useEvaluationError,
  usePolicies,
} from './evaluation.ts';
export type { EvaluationChoice, EvaluationResult, PolicyChoice } from './evaluation.ts';
export { difficultyOf } from './difficulty.ts';
export {
  changesOf,
  chooseCheckpoint,
  choosePreset,
  chooseTasks,
  configStore,
  defaultAt,
  differences,
  editConfig,
  revertDraft,
  useConfig,
  useConfigChanges,
  valueAt,
  warmupChanges,
  warmupText,
} from './config.ts';
export type { ConfigChange } from './config.ts';
export {
  cancelWarmup,
  editWarmup,
  FRESH_WARMUP,
  useWarmedStart,
  useWarmup,
  useWarmupError,
  warmUp,
} from './warmup.ts';
export type { FaultLine, WarmupDraft } from './warmup.ts';
export { benchmark, cancelBenchmark, useBenchmark, useBenchmarkError } from './benchmark.ts';
export type { BenchmarkResult } from './benchmark.ts';
export {
  applyLayoutPreset,
  DOCK_HEIGHT,
  INSPECTOR_WIDTH,
  LAYOUT_PRESETS,
  layoutStore,
  setLayout,
  shownLayoutPreset,
  TABS,
  useLayout,
} from './layout.ts';
export type { LayoutPresetId, LayoutState, TabId, Theme } from './layout.ts';
export { checkSet, importFiles, importTheRest, takeOffered, useOffered, useTaskFiles } from './imports.ts';
export {
  bringOwnSamples,
  downloadOwnSamples,
  editOffered,
  giveOwnSamples,
  ownImage,
  readOwnSamples,
  removeOwnSample,
  saveOwnSample,
  useOwnSamples,
} from './ownSamples.ts';
export type { DrawnMark, OwnPicture, OwnSample, OwnSampleFields } from '../runs/index.ts';
export {
  cancelSplit,
  estimateSplit,
  exportCheckpoint,
  isPristine,
  newSeed,
  recover,
  resetRun,
  setSpeed,
  setThresholds,
  startFrom,
  startRun,
  switchStage,
  undoSwitch,
} from './run.ts';
export { COMMANDS } from './commandList.ts';
export type { Command } from './commandList.ts';
export { commandById, commandOf, runCommand, useEnabled, useEnabledCommands } from './commands.ts';
export { closeDialog, findTaken, dialogStore, useDialog } from './dialog.ts';
export {
  goBack,
  goOn,
  leaveLesson,
  lessonStore,
  mayGoOn,
  openLesson,
  refuses,
  useFact,
  useLesson,
  useLocked,
} from './lesson.ts';
export { LESSON_NAMES, LESSONS } from './lessons/index.ts';
export type { LessonName } from './lessons/index.ts';
export { PLACES } from './lessons/types.ts';
export type { Lesson, LessonStart, Stop } from './lessons/types.ts';
export { EMBEDS, readAddress, withoutEmbed } from './address.ts';
export type { EmbedId } from './address.ts';
export { connect } from './connect.ts';
export { HACK_PRESETS, HACKS, NOT_LEARNED } from '../worker/protocol.ts';
export {
  PRESET_NAMES,
  SHIPPED_CHECKPOINTS,
  checkpointsFor,
  misfitOf,
  readersOf,
} from '../worker/protocol.ts';
export type {
  BackendName,
  BackendReport,
  EvaluatedPolicy,
  ImportReport,
  MemoryReport,
  Misfit,
  PolicyAt,
  Progress,
  SampleSummary,
  StartedInfo,
  TaskChoice,
  TaskInfo,
  WarmupProgress,
  WorkerError,
  WorkerStatus,
} from '../worker/protocol.ts';
