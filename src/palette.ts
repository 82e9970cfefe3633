/** What the command palette offers, and what of it fits what was typed. */
import type { Command, TabId } from './state/index.ts';
import { setLayout } from './state/index.ts';
import { labelOf } from './tabs.tsx';

/** What Space does, one or the other. */
const TOGGLED = ['play', 'pause'];

export type PaletteEntry = Pick<Command, 'id' | 'label' | 'keyLabel' | 'run'>;

/**
 * Every action once. The palette's own command is of no use within it, and Space's is what Play or Pause does, whose
 * key it lends; the first nine tabs have digits.
 */
export function paletteEntries(commands: readonly Command[], tabs: readonly TabId[]): PaletteEntry[] {
  const toggle = commands.find(({ id }) => id === 'togglePlay');
  return [
    ...commands
      .filter(({ id }) => id !== 'palette' && id !== 'togglePlay')
      .map((command) =>
        TOGGLED.includes(command.id) ? { ...command, keyLabel: toggle?.keyLabel } : command,
      ),
    ...tabs.map((tab, i) => ({
      id: `go-${tab}`,
      label: `Go to ${labelOf(tab)}`,
      keyLabel: i < 9 ? String(i + 1) : undefined,
      run: () => setLayout({ tab }),
    })),
  ];
}

/** Entries that hold every word typed, in any case; those where words begin with them first, else as listed. */
export function matching<Entry extends { readonly label: string }>(
  entries: readonly Entry[],
  typed: string,
): Entry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = entries.flatMap((entry) => {
    const label = entry.label.toLowerCase();
    if (!wanted.every((word) => label.includes(word))) return [];
    const begins = wanted.filter((word) => ` ${label}`.includes(` ${word}`)).length;
    const leads = wanted.length > 0 && label.startsWith(wanted[0]);
    return [{ entry, rank: begins + (leads ? 1 : 0) }];
  });
  return ranked.sort((a, b) => b.rank - a.rank).map(({ entry }) => entry);
}
