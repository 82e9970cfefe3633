import { CHART_GROUPS } from './panels/charts/chartList.ts';
import { HelpPanel, helpEntries } from './panels/help/index.ts';
import { SETTINGS } from './settings.ts';

const ENTRIES = helpEntries({
  charts: CHART_GROUPS.flatMap((group) => group.charts),
  fields: SETTINGS,
});

/** Help with the words of charts and Setup in its glossary. */
export function HelpTab() {
  return <HelpPanel entries={ENTRIES} />;
}
