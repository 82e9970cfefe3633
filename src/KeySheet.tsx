import { closeDialog, COMMANDS, type Command, type TabId } from './state/index.ts';
import { labelOf } from './tabs.tsx';
import { Dialog } from './ui/index.ts';
import './palette.css';

/** Every hotkey and what it does, as the command registry has them; digits are the tabs in their order. */
export function KeySheet({ tabs }: { readonly tabs: readonly TabId[] }) {
  const groups = new Map<string, readonly Pick<Command, 'id' | 'label' | 'keyLabel'>[]>();
  for (const command of COMMANDS) {
    if (command.keyLabel === undefined) continue;
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  groups.set(
    'Tabs',
    tabs.slice(0, 9).map((tab, i) => ({ id: tab, label: labelOf(tab), keyLabel: String(i + 1) })),
  );
  return (
    <Dialog title="Keys" onClose={closeDialog} testId="key-sheet">
      <div className="key-sheet" tabIndex={0} role="region" aria-label="Keys and what they do">
        {[...groups].map(([group, commands]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map(({ id, label, keyLabel }) => (
                <div key={id}>
                  <dt>
                    <kbd>{keyLabel}</kbd>
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
