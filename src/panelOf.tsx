import { lazy, Suspense, type ReactNode } from 'react';
import { InspectorPanel } from './panels/inspector/index.ts';
import { RolloutsPanel } from './panels/rollouts/index.ts';
import { SamplingPanel } from './panels/sampling/index.ts';
import { SetupPanel } from './panels/setup/index.ts';
import { StagesPanel } from './panels/stages/index.ts';
import { SystemPanel } from './panels/system/index.ts';
import type { TabId } from './state/index.ts';
import { EmptyState } from './ui/index.ts';

const ChartsPanel = lazy(async () => ({ default: (await import('./panels/charts/index.ts')).ChartsPanel }));
const EvaluationPanel = lazy(async () => ({
  default: (await import('./panels/evaluation/index.ts')).EvaluationPanel,
}));
const HacksPanel = lazy(async () => ({ default: (await import('./panels/hacks/index.ts')).HacksPanel }));
const ObjectivePanel = lazy(async () => ({
  default: (await import('./panels/objective/index.ts')).ObjectivePanel,
}));
const RunsPanel = lazy(async () => ({ default: (await import('./panels/runs/index.ts')).RunsPanel }));
const CustomRewardPanel = lazy(async () => ({
  default: (await import('./panels/customReward/index.ts')).CustomRewardPanel,
}));
const HelpTab = lazy(async () => ({ default: (await import('./HelpTab.tsx')).HelpTab }));

/** The panel of a tab. */
export function panelOf(tab: TabId): ReactNode {
  switch (tab) {
    case 'setup':
      return <SetupPanel />;
    case 'inspector':
      return <InspectorPanel />;
    case 'charts':
      return <Charts />;
    case 'rollouts':
      return <RolloutsPanel />;
    case 'sampling':
      return <SamplingPanel />;
    case 'objective':
      return (
        <Loading title="Loading the formulas…">
          <ObjectivePanel />
        </Loading>
      );
    case 'stages':
      return <StagesPanel />;
    case 'runs':
      return (
        <Loading title="Loading the runs…">
          <RunsPanel />
        </Loading>
      );
    case 'evaluation':
      return (
        <Loading title="Loading the measures…">
          <EvaluationPanel />
        </Loading>
      );
    case 'hacks':
      return (
        <Loading title="Loading the hacks…">
          <HacksPanel />
        </Loading>
      );
    case 'customReward':
      return (
        <Loading title="Loading the editor…">
          <CustomRewardPanel />
        </Loading>
      );
    case 'system':
      return <SystemPanel />;
    case 'help':
      return (
        <Loading title="Loading the help…">
          <HelpTab />
        </Loading>
      );
    default:
      return tab satisfies never;
  }
}

/** The charts, in the dock or alone. */
export function Charts() {
  return (
    <Loading title="Loading the charts…">
      <ChartsPanel />
    </Loading>
  );
}

/** A panel whose code comes when it is opened; until then its title. */
function Loading({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return <Suspense fallback={<EmptyState title={title} tone="loading" />}>{children}</Suspense>;
}
