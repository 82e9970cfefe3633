/**
 * Custom reward terms on the page: the one in the editor, its trial on the selected group, the terms of the draft's
 * recipes, and code from elsewhere that waits for the reader's word.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import * as v from 'valibot';
import type { CustomTerm, TimedResult } from '../engine/rewards/custom/types.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { DraftGroup, StepRecord, TrainConfig } from '../engine/rl/types.ts';
import { customInput, runCustomCode } from '../worker/sandbox.ts';
import { allowCode, customTermsOf, foreignTerms, withTerms, type PlacedTerm } from './approvedCode.ts';
import { configStore, useConfig } from './config.ts';
import { setLayout } from './layout.ts';
import { logLine } from './session.ts';

/** The term in the editor; the numbers of its place in a recipe are asked when it joins. */
export interface EditedTerm {
  readonly name: string;
  readonly code: string;
}

/** One try of a code on a group's responses. */
export interface Trial {
  readonly code: string;
  readonly step: number;
  readonly qid: string;
  readonly responses: readonly string[];
  /** null: under way. */
  readonly results: readonly TimedResult[] | null;
  /** The sandbox itself failed. */
  readonly error: string | null;
}

/** Code that came from elsewhere and has not run. */
export interface PendingCode {
  /** Where from, in words that follow “from”: "a link", "an imported run". */
  readonly origin: string;
  readonly terms: readonly PlacedTerm[];
}

interface CustomRewardState {
  readonly edited: EditedTerm;
  readonly trial: Trial | null;
  readonly pendingCode: PendingCode | null;
}

const KEY = 'pebr-custom-reward';
const Edited = v.object({ name: v.string(), code: v.string() });
const BLANK: EditedTerm = {
  name: 'my-term',
  code: `// 1 when the response says "because", 0 otherwise.
function score(sample, response) {
  const at = response.text.indexOf('because');
  if (at < 0) return { value: 0, evidence: 'no "because"' };
  return { value: 1, evidence: [{ start: at, end: at + 7, label: 'because' }] };
}
`,
};

export const customRewardStore = createStore<CustomRewardState>(() => ({
  edited: remembered(),
  trial: null,
  pendingCode: null,
}));

export function useCustomReward<T>(selector: (state: CustomRewardState) => T): T {
  return useStore(customRewardStore, selector);
}

function remembered(): EditedTerm {
  try {
    const parsed = v.safeParse(Edited, JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    return parsed.success ? parsed.output : BLANK;
  } catch {
    return BLANK;
  }
}

export function editTerm(partial: Partial<EditedTerm>): void {
  customRewardStore.setState(({ edited }) => ({ edited: { ...edited, ...partial } }));
  try {
    localStorage.setItem(KEY, JSON.stringify(customRewardStore.getState().edited));
  } catch {
    // A private window may refuse; the text then lives as long as the page.
  }
}

let running = new AbortController();

/** Runs the edited code on a group's responses; another try takes its place. */
export async function tryTerm(group: DraftGroup, step: number): Promise<void> {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const { code } = customRewardStore.getState().edited;
  const trial: Trial = {
    code,
    step,
    qid: group.qid,
    responses: group.rollouts.map(({ response }) => response),
    results: null,
    error: null,
  };
  customRewardStore.setState({ trial });
  try {
    const inputs = group.rollouts.map(({ response, tokenIds }) =>
      customInput(group, { response, responseTokens: tokenIds.length }),
    );
    const results = await runCustomCode(code, inputs, signal);
    if (!signal.aborted) customRewardStore.setState({ trial: { ...trial, results } });
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    if (!signal.aborted) customRewardStore.setState({ trial: { ...trial, error } });
  }
}

/** Ends the try under way. */
export function stopTrial(): void {
  running.abort();
  customRewardStore.setState({ trial: null });
}

/** The draft's custom terms, stage by stage. */
export function useCustomTerms(): readonly PlacedTerm[] {
  const recipes = useConfig(({ draft }) => draft.recipes);
  return customTermsOf({ recipes });
}

/** Puts a term into a stage's recipe in the draft, in the place of one of its name. */
export function joinRecipe(stage: RewardStage, term: CustomTerm): void {
  allowCode(term.code);
  placeTerms([{ stage, term }]);
}

function placeTerms(added: readonly PlacedTerm[]): void {
  configStore.setState(({ draft }) => {
    const isSame = (one: PlacedTerm, other: PlacedTerm) =>
      one.stage === other.stage && one.term.name === other.term.name;
    const before = customTermsOf(draft);
    const kept = before.map((placed) => added.find((one) => isSame(one, placed)) ?? placed);
    const fresh = added.filter((one) => !before.some((placed) => isSame(one, placed)));
    return { draft: withTerms(draft, [...kept, ...fresh]) };
  });
}

export function leaveRecipe(stage: RewardStage, name: string): void {
  configStore.setState(({ draft }) => ({
    draft: withTerms(
      draft,
      customTermsOf(draft).filter((placed) => placed.stage !== stage || placed.term.name !== name),
    ),
  }));
}

/**
 * The one door for configs from a link or an import. Gives the config without the custom terms whose code the reader
 * has neither written nor allowed here; those wait in `pendingCode`, and the page shows their text and asks. `origin`
 * follows “from”: "a link".
 */
export function admitConfig(config: TrainConfig, origin: string): TrainConfig {
  const foreign = foreignTerms(config);
  if (foreign.length === 0) return config;
  customRewardStore.setState(({ pendingCode }) => ({
    pendingCode: { origin, terms: [...(pendingCode?.terms ?? []), ...foreign] },
  }));
  setLayout({ tab: 'customReward' });
  return withTerms(
    config,
    customTermsOf(config).filter(
      ({ stage, term }) => !foreign.some((one) => one.stage === stage && one.term === term),
    ),
  );
}

/** The reader's word on the code that waits: into the draft's recipes with it, or away. */
export function answerPending(isAllowed: boolean): void {
  const { pendingCode } = customRewardStore.getState();
  if (!pendingCode) return;
  customRewardStore.setState({ pendingCode: null });
  if (!isAllowed) return;
  for (const { term } of pendingCode.terms) allowCode(term.code);
  placeTerms(pendingCode.terms);
}

/** A custom term that failed on a response of a step. */
export interface CustomFailure {
  readonly term: string;
  readonly qid: string;
  readonly group: number;
  readonly rollout: number;
  readonly error: string;
}

export function failuresOf({ groups }: Pick<StepRecord, 'groups'>): CustomFailure[] {
  return groups.flatMap(({ qid, rollouts }, group) =>
    rollouts.flatMap(({ terms }, rollout) =>
      terms.flatMap(({ name, evidence }) =>
        evidence.kind === 'custom' && evidence.error !== undefined
          ? [{ term: name, qid, group, rollout, error: evidence.error }]
          : [],
      ),
    ),
  );
}

/** Says in the log which samples a step's custom terms failed on. */
export function logFailures(record: StepRecord): void {
  const failures = failuresOf(record);
  for (const term of new Set(failures.map((failure) => failure.term))) {
    const own = failures.filter((failure) => failure.term === term);
    const qids = [...new Set(own.map(({ qid }) => qid))];
    const more = qids.length > 4 ? ` and ${qids.length - 4} more` : '';
    logLine(
      `Step ${record.step}: ${term} failed on ${own.length} of its responses and gave 0 (samples ${qids.slice(0, 4).join(', ')}${more}): ${own[0].error}`,
    );
  }
}
