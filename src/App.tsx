import { lazy, Suspense, useEffect, useLayoutEffect, type ReactNode } from 'react';
import { ChevronDown, ChevronUp, PanelLeftClose, PanelLeftOpen, PanelRightOpen, X } from 'lucide-react';
import { Dock } from './Dock.tsx';
import { DropTarget } from './DropTarget.tsx';
import { listenForKeys } from './keys.ts';
import { LiveRegion } from './LiveRegion.tsx';
import { Messages } from './Messages.tsx';
import { InspectorPanel } from './panels/inspector/index.ts';
import { RolloutsPanel } from './panels/rollouts/index.ts';
import { SamplingPanel } from './panels/sampling/index.ts';
import { SetupPanel } from './panels/setup/index.ts';
import { StagesPanel } from './panels/stages/index.ts';
import { SystemPanel } from './panels/system/index.ts';
import { TransportBar } from './panels/transport/index.ts';
import { RecordedNotice } from './RecordedNotice.tsx';
import { ResumeOffer } from './ResumeOffer.tsx';
import { SplitBanner } from './SplitBanner.tsx';
import { setLayout, TABS, useDrawnRuns, useLayout, useRecordSteps, type TabId } from './state/index.ts';
import { Button, EmptyState, Tabs } from './ui/index.ts';
import { useViewport, type Viewport } from './useViewport.ts';
import { Welcome } from './Welcome.tsx';

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
const ICON = 16;

const LABELS: Readonly<Record<TabId, string>> = {
  setup: 'Setup',
  inspector: 'Inspector',
  charts: 'Charts',
  rollouts: 'Rollouts',
  sampling: 'Data',
  objective: 'Objective',
  stages: 'Stages',
  runs: 'Runs',
  evaluation: 'Evaluation',
  hacks: 'Reward hacks',
  customReward: 'Custom reward',
  system: 'System',
};
/** Tabs of the workspace at every width. */
const WORKSPACE = TABS.filter((id) => id !== 'setup' && id !== 'inspector' && id !== 'charts');
/** Tabs by viewport: what has a place of its own is not a tab. */
const SHOWN: Readonly<Record<Viewport, readonly TabId[]>> = {
  wide: WORKSPACE,
  medium: WORKSPACE,
  narrow: ['rollouts', 'inspector', 'charts', 'setup', ...WORKSPACE.filter((id) => id !== 'rollouts')],
};

/** The workbench. */
export function App() {
  const viewport = useViewport();
  const theme = useLayout((state) => state.theme);
  const tabs = SHOWN[viewport];
  useEffect(() => listenForKeys(tabs), [tabs]);
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <div className="app">
      <TransportBar />
      <Messages />
      <div className="app-work">
        {viewport !== 'narrow' && <Rail />}
        <Centre tabs={tabs} viewport={viewport} />
        {viewport === 'wide' && (
          <aside className="app-inspector" aria-label="Inspector">
            <InspectorPanel />
          </aside>
        )}
      </div>
      {viewport !== 'narrow' && <ChartDock />}
      {viewport === 'medium' && <Drawer />}
      <DropTarget />
      <LiveRegion />
    </div>
  );
}

function Rail() {
  const open = useLayout((state) => state.railOpen);
  const Icon = open ? PanelLeftClose : PanelLeftOpen;
  return (
    <aside className="app-rail" data-open={open} aria-label="Setup">
      <Button
        variant="quiet"
        className="app-rail-toggle"
        aria-expanded={open}
        onClick={() => setLayout({ railOpen: !open })}
      >
        <Icon size={ICON} aria-hidden="true" /> {open ? 'Hide setup' : 'Setup'}
      </Button>
      {open && <SetupPanel />}
    </aside>
  );
}

function Centre({ tabs, viewport }: { readonly tabs: readonly TabId[]; readonly viewport: Viewport }) {
  const chosen = useLayout((state) => state.tab);
  const selected = tabs.includes(chosen) ? chosen : 'rollouts';
  return (
    <main className="app-centre">
      <div className="app-tabs">
        <Tabs
          label="Workspace"
          items={tabs.map((id) => ({ id, label: LABELS[id] }))}
          selected={selected}
          onSelect={(tab) => setLayout({ tab })}
        />
        {viewport === 'medium' && (
          <Button onClick={() => setLayout({ inspectorOpen: true })}>
            <PanelRightOpen size={ICON} aria-hidden="true" /> Inspector
          </Button>
        )}
      </div>
      <div className="app-intro">
        <ResumeOffer />
        <RecordedNotice />
        {/* Hacks, runs of before and data can be looked at before anything has been trained. */}
        {selected !== 'hacks' && selected !== 'runs' && selected !== 'sampling' && <Welcome />}
        <SplitBanner />
      </div>
      <div className="app-tab-body">{panelOf(selected)}</div>
    </main>
  );
}

function panelOf(tab: TabId): ReactNode {
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
    default:
      return tab satisfies never;
  }
}

function Charts() {
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

function ChartDock() {
  const isWanted = useLayout((state) => state.dockOpen);
  const hasDrawn = useDrawnRuns().length > 0;
  const hasSteps = useRecordSteps().length > 0 || hasDrawn;
  // Before the first step there is nothing to plot, and the workspace has better use for the room.
  const open = isWanted && hasSteps;
  const Icon = open ? ChevronDown : ChevronUp;
  return (
    <Dock open={open}>
      <Button
        variant="quiet"
        className="app-dock-toggle"
        aria-expanded={open}
        aria-label={open ? 'Hide the charts' : 'Show the charts'}
        disabled={!hasSteps}
        onClick={() => setLayout({ dockOpen: !open })}
      >
        <Icon size={ICON} aria-hidden="true" />
      </Button>
      {open ? (
        <Charts />
      ) : (
        <span className="app-dock-closed">Charts{!hasSteps && ' appear with the first step'}</span>
      )}
    </Dock>
  );
}

/** The inspector over the workspace, where it does not fit beside it. */
function Drawer() {
  const open = useLayout((state) => state.inspectorOpen);
  if (!open) return null;
  return (
    <aside className="app-drawer" aria-label="Inspector">
      <Button variant="quiet" autoFocus onClick={() => setLayout({ inspectorOpen: false })}>
        <X size={ICON} aria-hidden="true" /> Close
      </Button>
      <InspectorPanel />
    </aside>
  );
}
