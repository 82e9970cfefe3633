import { lazy, Suspense, useEffect, type KeyboardEvent } from 'react';
import { ChevronDown, ChevronUp, PanelLeftClose, PanelLeftOpen, PanelRightOpen, X } from 'lucide-react';
import { Dock } from './Dock.tsx';
import { DropTarget } from './DropTarget.tsx';
import { listenForKeys } from './keys.ts';
import { KeySheet } from './KeySheet.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { Messages } from './Messages.tsx';
import { Palette } from './Palette.tsx';
import { InspectorPanel } from './panels/inspector/index.ts';
import { SetupPanel } from './panels/setup/index.ts';
import { TransportBar } from './panels/transport/index.ts';
import { RecordedNotice } from './RecordedNotice.tsx';
import { ResumeOffer } from './ResumeOffer.tsx';
import { SplitBanner } from './SplitBanner.tsx';
import {
  INSPECTOR_WIDTH,
  setLayout,
  useConfigChanges,
  useDrawnRuns,
  useLayout,
  useLesson,
  useDialog,
  useRecordSteps,
  type TabId,
} from './state/index.ts';
import { labelOf, SHOWN_TABS, TabPanel } from './tabs.tsx';
import { Button, ErrorBoundary, ResizeHandle, ScrollRow, Tabs } from './ui/index.ts';
import { useTheme } from './useTheme.ts';
import { usePrinting, useViewport, useWindowSize, type Viewport } from './useViewport.ts';
import { Welcome } from './Welcome.tsx';

const LessonCard = lazy(async () => ({ default: (await import('./panels/lesson/index.ts')).LessonCard }));
const ICON = 16;
/** Tabs about the steps of a run; the others can be used before anything has been trained. */
const ABOUT_STEPS: readonly TabId[] = ['rollouts', 'inspector', 'charts', 'objective', 'stages'];
const WORKSPACE_ID = 'workspace';
/** What stays for the workspace beside the inspector. */
const WORKSPACE_WIDTH = 420;
const RAIL_WIDTH = { open: 292, closed: 40 };

/** The workbench. */
export function App() {
  const viewport = useViewport();
  const hasLesson = useLesson((state) => state.lesson !== null);
  const tabs = SHOWN_TABS[viewport];
  useEffect(() => listenForKeys(tabs), [tabs]);
  useTheme();
  return (
    <div className="app">
      <TransportBar />
      <Messages />
      {hasLesson && (
        <ErrorBoundary what="The lesson">
          <Suspense fallback={null}>
            <LessonCard />
          </Suspense>
        </ErrorBoundary>
      )}
      <div className="app-work">
        {viewport !== 'narrow' && <Rail />}
        <Centre tabs={tabs} viewport={viewport} />
        {viewport === 'wide' && <Inspector />}
      </div>
      {viewport !== 'narrow' && <ChartDock />}
      {viewport === 'medium' && <Drawer />}
      <DropTarget />
      <LiveRegion />
      <Dialogs tabs={tabs} />
      <PrintedInspector viewport={viewport} />
    </div>
  );
}

function Dialogs({ tabs }: { readonly tabs: readonly TabId[] }) {
  const dialog = useDialog((state) => state.dialog);
  switch (dialog) {
    case null:
      return null;
    case 'palette':
      return <Palette tabs={tabs} />;
    case 'keySheet':
      return <KeySheet tabs={tabs} />;
    default:
      return dialog satisfies never;
  }
}

function Rail() {
  const open = useLayout((state) => state.railOpen);
  const Icon = open ? PanelLeftClose : PanelLeftOpen;
  const changes = useConfigChanges().length;
  const waiting = changes === 0 ? '' : changes === 1 ? ': 1 change' : `: ${changes} changes`;
  return (
    <aside className="app-rail" data-open={open} aria-label="Setup">
      <Button
        variant="quiet"
        className="app-rail-toggle"
        aria-expanded={open}
        onClick={() => setLayout({ railOpen: !open })}
      >
        <Icon size={ICON} aria-hidden="true" /> {open ? 'Hide setup' : `Setup${waiting}`}
      </Button>
      {open && <SetupPanel />}
    </aside>
  );
}

function Centre({ tabs, viewport }: { readonly tabs: readonly TabId[]; readonly viewport: Viewport }) {
  const chosen = useLayout((state) => state.tab);
  const hasLesson = useLesson((state) => state.lesson !== null);
  const selected = tabs.includes(chosen) ? chosen : 'rollouts';
  const isAboutSteps = ABOUT_STEPS.includes(selected);
  return (
    <main className="app-centre">
      <div className="app-tabs">
        <ScrollRow what="tabs" chosen={selected}>
          <Tabs
            label="Workspace"
            items={tabs.map((id) => ({ id, label: labelOf(id) }))}
            selected={selected}
            onSelect={(tab) => setLayout({ tab })}
            controls={WORKSPACE_ID}
          />
        </ScrollRow>
        {viewport === 'medium' && (
          <Button onClick={() => setLayout({ inspectorOpen: true })}>
            <PanelRightOpen size={ICON} aria-hidden="true" /> Inspector
          </Button>
        )}
      </div>
      <div className="app-intro">
        {!hasLesson && <ResumeOffer />}
        <RecordedNotice isBrief={!isAboutSteps} />
        {isAboutSteps && !hasLesson && <Welcome />}
        <SplitBanner />
      </div>
      <div
        className="app-tab-body"
        id={WORKSPACE_ID}
        role="tabpanel"
        aria-labelledby={`${WORKSPACE_ID}-${selected}`}
      >
        <TabPanel tab={selected} />
      </div>
    </main>
  );
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
        <TabPanel tab="charts" />
      ) : (
        <span className="app-dock-closed">Charts{!hasSteps && ' appear with the first step'}</span>
      )}
    </Dock>
  );
}

/** The inspector beside the workspace, with an edge to drag. */
function Inspector() {
  const wanted = useLayout((state) => state.inspectorWidth);
  const rail = useLayout((state) => (state.railOpen ? RAIL_WIDTH.open : RAIL_WIDTH.closed));
  const window = useWindowSize();
  const room = window.width - rail - WORKSPACE_WIDTH;
  const most = Math.max(INSPECTOR_WIDTH.least, Math.min(INSPECTOR_WIDTH.most, room));
  const width = Math.min(wanted, most);
  return (
    <aside className="app-inspector" style={{ width }} aria-label="Inspector">
      <ResizeHandle
        label="Width of the inspector"
        edge="left"
        size={width}
        least={INSPECTOR_WIDTH.least}
        most={most}
        onResize={(inspectorWidth) => setLayout({ inspectorWidth })}
      />
      <InspectorPanel />
    </aside>
  );
}

/** The inspector over the workspace, where it does not fit beside it. */
function Drawer() {
  const open = useLayout((state) => state.inspectorOpen);
  if (!open) return null;
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    // Elsewhere Escape means "go live".
    event.preventDefault();
    setLayout({ inspectorOpen: false });
  };
  return (
    <aside className="app-drawer" aria-label="Inspector" onKeyDown={closeOnEscape}>
      <Button variant="quiet" autoFocus onClick={() => setLayout({ inspectorOpen: false })}>
        <X size={ICON} aria-hidden="true" /> Close
      </Button>
      <InspectorPanel />
    </aside>
  );
}

/** A sheet shows the inspector alone: this one where no other is on the page. */
function PrintedInspector({ viewport }: { readonly viewport: Viewport }) {
  const isPrinting = usePrinting();
  const isDrawn = useLayout((state) =>
    viewport === 'narrow' ? state.tab === 'inspector' : viewport === 'wide' || state.inspectorOpen,
  );
  return isPrinting && !isDrawn ? <InspectorPanel /> : null;
}
