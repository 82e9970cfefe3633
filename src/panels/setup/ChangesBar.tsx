import { revertDraft, startRun, useConfigChanges, useSession } from '../../state/index.ts';
import { Button, ChangeList } from '../../ui/index.ts';
import { SETUP_FIELDS } from './setupFields.ts';

const LABELS: Readonly<Record<string, string>> = Object.fromEntries(
  SETUP_FIELDS.flatMap(({ section, fields }) =>
    fields.map(({ path, label }) => [
      path,
      section.startsWith('Rewards: ') ? `${section.slice(9)} ${label}` : label,
    ]),
  ),
);
const labelOf = (path: string) => LABELS[path];

/** Edits that the run does not have yet, and the two ways on. */
export function ChangesBar() {
  const changes = useConfigChanges();
  const isBusy = useSession((state) => state.status === 'booting');
  if (changes.length === 0) return null;
  const title = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return (
    <div className="setup-changes" role="status" data-testid="changes">
      <strong>{title} not in the run</strong>
      <ChangeList changes={changes} labelOf={labelOf} />
      <div>
        <Button variant="primary" disabled={isBusy} onClick={() => startRun(false)}>
          Apply &amp; restart
        </Button>
        <Button onClick={revertDraft}>Revert</Button>
      </div>
    </div>
  );
}
