import { lazy, Suspense, useEffect } from 'react';
import { ChevronDown, ChevronUp, PanelLeftClose, PanelLeftOpen, PanelRightOpen, X } from 'lucide-react';
import { Dock } from './Dock.tsx';
import { DropTarget } from './DropTarget.tsx';
import { listenForKeys } from './keys.ts';
import { LiveRegion } from './LiveRegion.tsx';
import { Messages } from './Messages.tsx';
import { Charts, panelOf } from './panelOf.tsx';
import { InspectorPanel } from './panels/inspector/index.ts';
import { SetupPanel } from './panels/setup/index.ts';
import { TransportBar } from './panels/transport/index.ts';
import { ResumeOffer } from './ResumeOffer.tsx';
import { SplitBanner } from './SplitBanner.tsx';
import { setLayout, TABS, useLayout, useLesson, useRecordSteps, type TabId } from './state/index.ts';
import { Button, Tabs } from './ui/index.ts';
import { useTheme } from './useTheme.ts';
import { useViewport, type Viewport } from './useViewport.ts';
import { Welcome } from './Welcome.tsx';

const LessonCard = lazy(async () => ({ default: (await import('./panels/lesson/index.ts')).LessonCard }));
const ICON = 16;
/** Hacks, help and runs of before can be looked at before anything has been trained. */
const LOOKED_AT_FIRST: readonly TabId[] = ['hacks', 'help', 'runs'];

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
  help: 'Help',
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
  const hasLesson = useLesson((state) => state.lesson !== null);
  const tabs = SHOWN[viewport];
  useEffect(() => listenForKeys(tabs), [tabs]);
  useTheme();
  return (
    <div className="app">
      <TransportBar />
      <Messages />
      {hasLesson && (
        <Suspense fallback={null}>
          <LessonCard />
        </Suspense>
      )}
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
  const hasLesson = useLesson((state) => state.lesson !== null);
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
        {!hasLesson && <ResumeOffer />}
        {!LOOKED_AT_FIRST.includes(selected) && !hasLesson && <Welcome />}
        <SplitBanner />
      </div>
      <div className="app-tab-body">{panelOf(selected)}</div>
    </main>
  );
}

function ChartDock() {
  const isWanted = useLayout((state) => state.dockOpen);
  const hasSteps = useRecordSteps().length > 0;
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
