import { CHART_GROUPS } from './panels/charts/chartList.ts';
import { HelpPanel, helpEntries } from './panels/help/index.ts';
import { SETUP_FIELDS } from './panels/setup/setupFields.ts';

const ENTRIES = helpEntries({
  charts: CHART_GROUPS.flatMap((group) => group.charts),
  fields: SETUP_FIELDS,
});

/** Help with the words of charts and Setup in its glossary. */
export function HelpTab() {
  return <HelpPanel entries={ENTRIES} />;
}
