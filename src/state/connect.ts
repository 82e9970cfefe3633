/** Binds a worker client to the stores: every message of the worker ends in exactly one place here. */
import type { StepRecord } from '../engine/rl/types.ts';
import type { WholeRun } from '../runs/index.ts';
import type { Client } from '../worker/client.ts';
import type { FromWorker } from '../worker/protocol.ts';
import { PROTOCOL_VERSION } from '../worker/protocol.ts';
import { browserThread, setSandboxThread } from '../worker/sandbox.ts';
import type { Address } from './address.ts';
import { addAttention, clearAttention } from './attention.ts';
import { takeBenchmark, takeBenchmarkProgress } from './benchmark.ts';
import { send, setClient } from './bridge.ts';
import { tellKeepEvery } from './checkpoints.ts';
import { choosePreset, chooseTasks, configStore, editConfig } from './config.ts';
import { setAssetBase } from './control.ts';
import { logFailures } from './customReward.ts';
import { saveFiles } from './download.ts';
import { clearEvaluation, takeEvaluation, takeProgress } from './evaluation.ts';
import { addExploit, addReward, clearHacks } from './hacks.ts';
import { forgetLayout } from './layout.ts';
import { openLesson } from './lesson.ts';
import { beginRun, keepRecords, keepSnapshot, openRuns, rewindRun } from './persistence.ts';
import { showFirst } from './recordedRuns.ts';
import { addRecords, clearRecords, dropRecordsAfter, recordsStore, restoreRecords } from './records.ts';
import { addImages, addSamples, addSimilarity, clearSamples } from './samples.ts';
import { followNewest } from './selection.ts';
import { startRun } from './run.ts';
import { seriesStore } from './series.ts';
import { applyView, selectWanted } from './shareView.ts';
import { logLine, sessionStore } from './session.ts';
import { takeWarmedUp, takeWarmupProgress } from './warmup.ts';

/** Sets the draft from the address, then boots the worker. Returns what undoes it. */
export function connect(client: Client, address: Address, assetBase: string): () => void {
  setClient(client);
  setSandboxThread(browserThread);
  setAssetBase(assetBase);
  void showFirst(openRuns());
  choosePreset(address.preset);
  if (address.seed !== null) editConfig('seed', address.seed);
  sessionStore.setState({ notices: address.notices });
  if (address.embed) forgetLayout();
  if (address.view) applyView(address.view);
  if (address.lesson) void openLesson(address.lesson);
  sessionStore.setState({ config: configStore.getState().draft });
  const unsubscribe = client.subscribe(receive);
  send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: address.backend, assetBase });
  return () => {
    unsubscribe();
    setClient(null);
    client.terminate();
  };
}

/** Takes a batch in. Records are gathered, so that a batch is one update of their store. */
export function receive(messages: readonly FromWorker[]): void {
  let records: StepRecord[] = [];
  const flush = (): void => {
    if (records.length === 0) return;
    addRecords(records);
    keepRecords(records);
    for (const record of records) {
      seriesStore.append(record);
      logFailures(record);
    }
    records = [];
    followNewest();
    selectWanted();
  };
  for (const message of messages) {
    if (message.type === 'record') {
      records.push(message.record);
    } else {
      flush();
      take(message);
    }
  }
  flush();
}

function take(message: Exclude<FromWorker, { type: 'record' }>): void {
  switch (message.type) {
    case 'booted': {
      if (message.version !== PROTOCOL_VERSION) {
        throw new Error(
          `Page speaks protocol ${PROTOCOL_VERSION}, worker ${message.version}: reload the page.`,
        );
      }
      const isFirst = sessionStore.getState().backend === null;
      sessionStore.setState({ backend: message.report });
      logLine(`Backend ${message.report.name}: ${message.report.reason}`);
      // The model is loaded at once, so that card, questions and pictures are there before the first Play.
      if (isFirst) startRun(false);
      return;
    }
    case 'started':
      takeStarted(message.info);
      return;
    case 'status': {
      const { type: _, ...status } = message;
      sessionStore.setState(status);
      return;
    }
    case 'splitProgress':
      sessionStore.setState({
        split: message.split,
        splitRemaining: message.remaining,
        splitCancelled: message.cancelled,
      });
      return;
    case 'policyHash':
      sessionStore.setState({ policyHash: message.hash });
      return;
    case 'draft':
      recordsStore.setState({ draft: message.draft });
      return;
    case 'stageChange':
      sessionStore.setState((state) => ({
        stageChanges: [...state.stageChanges, message.change],
        canUndoSwitch: message.change.reason === 'manual',
      }));
      logLine(
        `Stage ${message.change.from} → ${message.change.to} after step ${message.change.atStep} (${message.change.reason})`,
      );
      return;
    case 'rewound':
      dropRecordsAfter(message.step);
      rewindRun(message.step);
      seriesStore.truncateAfter(message.step);
      clearEvaluation();
      sessionStore.setState({
        error: null,
        splitCancelled: null,
        stageChanges: message.stageChanges,
        canUndoSwitch: false,
      });
      followNewest();
      return;
    case 'snapshot':
      keepSnapshot(message);
      return;
    case 'importReport':
      sessionStore.setState({ importing: false, importReport: message.report });
      if (message.report.ok) {
        chooseTasks({ from: 'imported', name: message.report.name, revision: message.report.revision });
      }
      logLine(
        `Import of ${message.report.name}: ${message.report.counts.samples} samples, ${message.report.problemCount} problems`,
      );
      return;
    case 'images':
      addImages(message.images);
      return;
    case 'samples':
      addSamples(message.samples);
      return;
    case 'similarity':
      addSimilarity(message.qid, message.text, message);
      return;
    case 'attention':
      addAttention(message);
      return;
    case 'exploit':
      addExploit(message);
      return;
    case 'reward':
      addReward(message);
      return;
    case 'evaluationProgress':
      takeProgress(message.progress);
      return;
    case 'evaluation':
      takeEvaluation(message);
      return;
    case 'warmupProgress':
      takeWarmupProgress(message.progress);
      return;
    case 'warmedUp':
      takeWarmedUp(message);
      return;
    case 'benchmarkProgress':
      takeBenchmarkProgress(message.progress);
      return;
    case 'benchmark':
      takeBenchmark(message);
      return;
    case 'checkpoint':
      saveFiles(message.name, message.files);
      return;
    case 'memory':
      sessionStore.setState({ memory: message.memory });
      return;
    case 'timing':
      sessionStore.setState({ timing: message.seconds });
      return;
    case 'log':
      logLine(message.text);
      return;
    case 'error':
      sessionStore.setState({
        error: message.error,
        ...(message.error.fatal ? { status: 'failed' as const } : {}),
      });
      logLine(`${message.error.where}: ${message.error.message}`);
      return;
    default:
      message satisfies never;
  }
}

/** A new run: what the old one left goes, the task set's samples only when the set changed. */
function takeStarted(info: Extract<FromWorker, { type: 'started' }>['info']): void {
  const before = sessionStore.getState().tasks;
  if (
    before &&
    (before.name !== info.tasks.name ||
      before.origin !== info.tasks.origin ||
      info.tasks.origin === 'imported')
  ) {
    clearSamples();
  }
  clearEvaluation();
  clearHacks();
  clearAttention();
  clearRecords();
  seriesStore.clear();
  sessionStore.setState({
    run: info,
    config: info.config,
    card: info.card,
    parameterCount: info.parameterCount,
    tasks: info.tasks,
    policyHash: info.policyHash,
    split: null,
    splitRemaining: 0,
    splitCancelled: null,
    stageChanges: [],
    canUndoSwitch: false,
    timing: {},
    error: null,
  });
  tellKeepEvery();
  const whole = beginRun(info);
  if (whole) showWhole(whole);
  followNewest();
  logLine(`Run started: preset ${info.config.preset}, tasks ${info.tasks.name}, seed ${info.config.seed}`);
}

/** What was done of a run before it was left. */
function showWhole({ header, metrics, records, state }: WholeRun): void {
  restoreRecords(records, header.pinned);
  for (const row of metrics) seriesStore.append(row);
  sessionStore.setState({ stageChanges: state.progress.stageChanges });
  logLine(`Going on with ${header.name} at step ${header.step}`);
}
