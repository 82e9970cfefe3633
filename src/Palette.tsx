import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { matching, paletteEntries, type PaletteEntry } from './palette.ts';
import { closeDialog, commandOf, useEnabledCommands, type TabId } from './state/index.ts';
import { Dialog } from './ui/index.ts';
import './palette.css';

/** Everything the page can do now, found by typing: arrows choose, Enter runs. */
export function Palette({ tabs }: { readonly tabs: readonly TabId[] }) {
  const id = useId();
  const commands = useEnabledCommands();
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const entries = useMemo(() => matching(paletteEntries(commands, tabs), typed), [commands, tabs, typed]);
  const at = Math.min(wanted, entries.length - 1);
  useEffect(() => {
    field.current?.focus();
  }, []);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at, entries]);

  const run = (entry: PaletteEntry | undefined): void => {
    if (!entry) return;
    closeDialog();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const last = entries.length - 1;
    const target = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1 }[event.key];
    if (target !== undefined) setWanted(Math.max(0, target));
    else if (event.key === 'Enter') run(entries[at]);
    else if (commandOf(event)?.id === 'palette') closeDialog();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Commands" onClose={closeDialog} testId="palette">
      <div className="palette">
        <input
          ref={field}
          className="ui-input"
          role="combobox"
          aria-label="Find a command"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= 0 ? `${id}-${entries[at].id}` : undefined}
          aria-autocomplete="list"
          placeholder="Type to find a command"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setWanted(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Commands">
          {entries.map((entry, i) => (
            <li
              key={entry.id}
              id={`${id}-${entry.id}`}
              role="option"
              aria-selected={i === at}
              onPointerMove={() => setWanted(i)}
              onClick={() => run(entry)}
            >
              {entry.label}
              {entry.keyLabel !== undefined && <kbd>{entry.keyLabel}</kbd>}
            </li>
          ))}
        </ul>
        <p role="status">{entries.length === 0 && 'No command that can run now has these words.'}</p>
      </div>
    </Dialog>
  );
}
