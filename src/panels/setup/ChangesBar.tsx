import { revertDraft, startRun, useConfigChanges, useSession } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** Custom terms by name and weight; their code is for the Custom reward tab. */
const showTerms = (value: unknown): string => {
  const terms = (value ?? []) as readonly { readonly name: string; readonly weight: number }[];
  return terms.length === 0 ? 'none' : terms.map(({ name, weight }) => `${name} × ${weight}`).join(', ');
};

const show = (value: unknown, path: string): string => {
  if (path.endsWith('.custom')) return showTerms(value);
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
};

/** Edits that the run does not have yet, and the two ways on. */
export function ChangesBar() {
  const changes = useConfigChanges();
  const isBusy = useSession((state) => state.status === 'booting');
  if (changes.length === 0) return null;
  const title = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return (
    <div className="setup-changes" role="status" data-testid="changes">
      <strong>{title} not in the run</strong>
      <ul>
        {changes.slice(0, 6).map((change) => (
          <li key={change.path}>
            <code>{change.path}</code> {show(change.from, change.path)} → {show(change.to, change.path)}
          </li>
        ))}
        {changes.length > 6 && <li>and {changes.length - 6} more</li>}
      </ul>
      <div>
        <Button variant="primary" disabled={isBusy} onClick={() => startRun(false)}>
          Apply &amp; restart
        </Button>
        <Button onClick={revertDraft}>Revert</Button>
      </div>
    </div>
  );
}
