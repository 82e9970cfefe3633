import type { ReactNode } from 'react';
import { commandById, runCommand, useEnabled } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** A hotkey as ARIA writes it. */
function ariaKey(hotkey: string | undefined): string | undefined {
  if (hotkey === ' ') return 'Space';
  if (hotkey?.startsWith('Mod+')) return `Control+${hotkey.slice(4)} Meta+${hotkey.slice(4)}`;
  return hotkey?.replace('Shift+.', 'Shift+Period');
}

interface CommandButtonProps {
  readonly id: string;
  readonly icon: ReactNode;
  /** Visible text; without it the command's label is read out only. */
  readonly text?: string;
  readonly primary?: boolean;
}

/** A button that runs a command and shows its key in the tooltip. */
export function CommandButton({ id, icon, text, primary = false }: CommandButtonProps) {
  const command = commandById(id);
  const enabled = useEnabled(id);
  const title = command.keyLabel === undefined ? command.label : `${command.label} (${command.keyLabel})`;
  return (
    <Button
      variant={primary ? 'primary' : 'plain'}
      disabled={!enabled}
      title={title}
      aria-label={text === undefined ? command.label : undefined}
      aria-keyshortcuts={ariaKey(command.hotkey)}
      data-command={id}
      onClick={() => runCommand(id)}
    >
      {icon}
      {text}
    </Button>
  );
}
