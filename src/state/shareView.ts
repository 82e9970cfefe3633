/** What the page shows as a link, and a link as what the page shows. */
import { MOST_LINK, writeLink, type SharedSelection, type SharedView } from '../runs/index.ts';
import { presetByName, SHIPPED_CHECKPOINTS } from '../worker/protocol.ts';
import { chooseCheckpoint, chooseConfig, configStore } from './config.ts';
import { admitConfig } from './customReward.ts';
import { isTab, layoutStore, setLayout } from './layout.ts';
import { recordsStore } from './records.ts';
import { select, selectionStore } from './selection.ts';
import { sessionStore } from './session.ts';
import { shownStore } from './shownRun.ts';

/** What a link selects, until the run has that step or the reader selects something else. */
let wanted: SharedSelection | null = null;

function notify(notice: string): void {
  sessionStore.setState(({ notices }) => ({ notices: [...notices.filter((one) => one !== notice), notice] }));
}

/** The page as a link would show it: the draft of Setup, the selection unless it is live, and what is open. */
export function currentView(): SharedView {
  const { draft: config, tasks, checkpoint } = configStore.getState();
  const { live, step, group, rollout, token } = selectionStore.getState();
  const { tab, railOpen, inspectorOpen, dockOpen } = layoutStore.getState();
  return {
    config,
    tasks: { from: tasks.from, name: tasks.name },
    checkpoint,
    // A recorded run's steps are not those of the run that the link starts.
    selection: live || step === null || shownStore.getState().facts ? null : { step, group, rollout, token },
    layout: { tab, railOpen, inspectorOpen, dockOpen },
  };
}

/** Copies a link to what the page shows; where that is not allowed, the link is shown. */
export async function copyLink(): Promise<void> {
  const link = `${location.origin}${location.pathname}#${writeLink(currentView())}`;
  if (link.length > MOST_LINK) {
    notify(
      `A link to this view would have ${link.length} characters, most of them reward code; at most ${MOST_LINK} come through. Export the run in Runs and send the file.`,
    );
    return;
  }
  try {
    await navigator.clipboard.writeText(link);
    const { warmed, checkpoint } = configStore.getState();
    notify(
      'A link to this view is copied: config, selection and layout; not the numbers that were trained.' +
        (warmed
          ? ` Nor the warmed-up policy: it starts from ${checkpoint} as shipped. Export the run in Runs and send the file.`
          : ''),
    );
  } catch {
    notify(`The browser does not let the page copy. The link to this view: ${link}`);
  }
}

/** Shows what a link says; what this page cannot show is named. */
export function applyView({ config: shared, tasks, checkpoint, selection, layout }: SharedView): void {
  const config = admitConfig(shared, 'a link');
  if (tasks.from === 'built-in') {
    chooseConfig({ ...config, tasks: tasks.name });
  } else {
    chooseConfig({ ...config, tasks: presetByName(config.preset).tasks });
    notify(
      `The link is about the sender’s own questions “${tasks.name}”. Load that set in Setup; until then the preset’s are used.`,
    );
  }
  const { checkpoint: own } = configStore.getState();
  if (SHIPPED_CHECKPOINTS.some(({ name }) => name === checkpoint)) chooseCheckpoint(checkpoint);
  else if (checkpoint !== own) {
    notify(`The link starts from a checkpoint “${checkpoint}” that this page does not have; ${own} is used.`);
  }
  const { tab, ...open } = layout;
  // Code that waits for the reader's word has opened its own tab.
  if (config === shared && isTab(tab)) setLayout({ tab, ...open });
  else setLayout(open);
  if (selection) {
    wanted = selection;
    notify(
      `The link points at step ${selection.step}, group ${selection.group + 1}, rollout ${selection.rollout + 1}. Press Play: it is selected when the run gets there.`,
    );
  }
}

/** Selects what the link points at once its step is there, unless the reader has selected meanwhile. */
export function selectWanted(): void {
  if (!wanted || shownStore.getState().facts) return;
  if (!selectionStore.getState().live) wanted = null;
  else if (recordsStore.getState().records.has(wanted.step)) {
    const target = wanted;
    wanted = null;
    select({ step: target.step });
    select({ group: target.group });
    select({ rollout: target.rollout });
    if (target.token !== null) select({ token: target.token });
  }
}
