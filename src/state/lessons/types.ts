/**
 * A lesson as data. Words: **stop** one card of a lesson · **goal** what the reader does before Next ·
 * **fact** a sentence computed from the run at hand · **lockable** something that changes the run; a stop names those it leaves open. Looking is never locked.
 */
import type { Signal, StepDraft } from '../../engine/rl/types.ts';
import type { LayoutState } from '../layout.ts';

/** All that a lesson may lock. Pause is none of them: what goes on can always be stopped. */
export const LOCKABLE = [
  'play',
  'step',
  'subStep',
  'reset',
  'newSeed',
  'speed',
  'setup',
  'split',
  'stages',
  'hacks',
  'runs',
] as const;
export type Lockable = (typeof LOCKABLE)[number];

/** Places a stop can point at, as selectors of what panels call themselves. */
export const PLACES = {
  transport: '[data-testid="panel-transport"]',
  phases: '[aria-label="Phases of a step"]',
  step: '[data-command="step"]',
  subStep: '[data-command="subStep"]',
  setup: '[data-testid="panel-setup"]',
  groupSize: '.ui-field:has([data-path="groupSize"])',
  rollouts: '[data-testid="rollouts-panel"]',
  inspector: '[data-testid="inspector-panel"]',
  advantage: '[data-testid="inspector-advantage"]',
  reward: '[data-testid="inspector-reward"]',
  // Before the first step the dock is closed.
  charts: '[data-testid="charts-panel"], [aria-label="Show the charts"]',
  signalChart: '[data-testid="chart-signal"]',
  termsChart: '[data-testid="chart-terms"]',
  f1Chart: '[data-testid="chart-f1"]',
  data: '[data-testid="sampling-panel"]',
  stages: '[data-testid="panel-stages"]',
  hacks: '[data-testid="hacks-panel"]',
  hackVerdict: '[data-testid="hack-verdict"]',
  hackRun: '[data-testid="hack-run-keyword-only"]',
} as const;
export type Place = keyof typeof PLACES;

export type Goal = {
  /** What to do, as an instruction. */
  readonly ask: string;
} & (
  | { readonly kind: 'steps'; readonly least: number }
  | { readonly kind: 'phase'; readonly done: StepDraft['done'] }
  /** orNone: also met where no group of the step on screen has such a signal, so that nobody is stuck there. */
  | { readonly kind: 'group'; readonly signals: readonly Signal[]; readonly orNone: boolean }
  | { readonly kind: 'edited'; readonly path: string }
  | { readonly kind: 'split' }
  | { readonly kind: 'hack'; readonly preset: string }
);

/** What a stop can say of the numbers on the page at that moment. */
export type FactName =
  'signals' | 'chosenResponse' | 'chosenGroup' | 'descriptions' | 'descriptionTrend' | 'drift';

export interface Stop {
  readonly title: string;
  /** Paragraphs; `code` between backticks, *emphasis* between asterisks. */
  readonly text: readonly string[];
  /** Said after the text, of the run at hand; the text itself holds for every run. */
  readonly fact?: FactName;
  readonly place: Place | null;
  /** What is opened on arrival. */
  readonly open: Partial<Pick<LayoutState, 'tab' | 'railOpen' | 'inspectorOpen' | 'dockOpen'>>;
  /** What stays open of LOCKABLE; 'all': nothing is locked. */
  readonly allow: readonly Lockable[] | 'all';
  /** null: just Next. */
  readonly goal: Goal | null;
}

/** The run a lesson begins with. */
export interface LessonStart {
  readonly preset: string;
  readonly seed: number;
  readonly easyFrom: number;
  readonly mediumFrom: number;
  /** Wait between phases, in milliseconds. */
  readonly delayMs: number;
  /** A shipped checkpoint; null: the preset's own. */
  readonly checkpoint: string | null;
  /** What else differs from the preset, by dotted path. */
  readonly edits: Readonly<Record<string, unknown>>;
}

/** The smallest policy as it is shipped, at full speed. */
export const NANO_START: LessonStart = {
  preset: 'nano',
  seed: 1,
  easyFrom: 8,
  mediumFrom: 1,
  delayMs: 0,
  checkpoint: null,
  edits: {},
};

export interface Lesson {
  readonly name: string;
  readonly title: string;
  /** null: it looks at whatever run there is. */
  readonly start: LessonStart | null;
  readonly stops: readonly Stop[];
}
