/** The tabs of the workspace: each with its name and its panel; and which are tabs at which width. */
import { lazy, Suspense, type ComponentType } from 'react';
import { InspectorPanel } from './panels/inspector/index.ts';
import { RolloutsPanel } from './panels/rollouts/index.ts';
import { SamplingPanel } from './panels/sampling/index.ts';
import { SetupPanel } from './panels/setup/index.ts';
import { StagesPanel } from './panels/stages/index.ts';
import { SystemPanel } from './panels/system/index.ts';
import { TABS, type TabId } from './state/index.ts';
import { EmptyState, ErrorBoundary } from './ui/index.ts';
import type { Viewport } from './useViewport.ts';

interface Tab {
  readonly label: string;
  readonly Panel: ComponentType;
  /** What is shown until the panel's code is there; without it, the code comes with the page. */
  readonly loading?: string;
}

const TAB: Readonly<Record<TabId, Tab>> = {
  setup: { label: 'Setup', Panel: SetupPanel },
  inspector: { label: 'Inspector', Panel: InspectorPanel },
  charts: {
    label: 'Charts',
    Panel: lazy(async () => ({ default: (await import('./panels/charts/index.ts')).ChartsPanel })),
    loading: 'Loading the charts…',
  },
  rollouts: { label: 'Rollouts', Panel: RolloutsPanel },
  sampling: { label: 'Data', Panel: SamplingPanel },
  objective: {
    label: 'Objective',
    Panel: lazy(async () => ({ default: (await import('./panels/objective/index.ts')).ObjectivePanel })),
    loading: 'Loading the formulas…',
  },
  stages: { label: 'Stages', Panel: StagesPanel },
  runs: {
    label: 'Runs',
    Panel: lazy(async () => ({ default: (await import('./panels/runs/index.ts')).RunsPanel })),
    loading: 'Loading the runs…',
  },
  evaluation: {
    label: 'Evaluation',
    Panel: lazy(async () => ({ default: (await import('./panels/evaluation/index.ts')).EvaluationPanel })),
    loading: 'Loading the measures…',
  },
  hacks: {
    label: 'Reward hacks',
    Panel: lazy(async () => ({ default: (await import('./panels/hacks/index.ts')).HacksPanel })),
    loading: 'Loading the hacks…',
  },
  customReward: {
    label: 'Custom reward',
    Panel: lazy(async () => ({
      default: (await import('./panels/customReward/index.ts')).CustomRewardPanel,
    })),
    loading: 'Loading the editor…',
  },
  system: { label: 'System', Panel: SystemPanel },
  help: {
    label: 'Help',
    Panel: lazy(async () => ({ default: (await import('./HelpTab.tsx')).HelpTab })),
    loading: 'Loading the help…',
  },
};

export function labelOf(tab: TabId): string {
  return TAB[tab].label;
}

/** A tab's panel; while its code is on the way, what is being loaded. */
export function TabPanel({ tab }: { readonly tab: TabId }) {
  const { label, Panel, loading } = TAB[tab];
  return (
    <ErrorBoundary key={tab} what={label}>
      {loading === undefined ? (
        <Panel />
      ) : (
        <Suspense fallback={<EmptyState title={loading} tone="loading" />}>
          <Panel />
        </Suspense>
      )}
    </ErrorBoundary>
  );
}

/** Tabs of the workspace at every width. */
const WORKSPACE = TABS.filter((id) => id !== 'setup' && id !== 'inspector' && id !== 'charts');

/** Tabs by viewport: what has a place of its own is not a tab. */
export const SHOWN_TABS: Readonly<Record<Viewport, readonly TabId[]>> = {
  wide: WORKSPACE,
  medium: WORKSPACE,
  narrow: ['rollouts', 'inspector', 'charts', 'setup', ...WORKSPACE.filter((id) => id !== 'rollouts')],
};
