import type { ReactNode } from 'react';
import { Lock } from 'lucide-react';
import { Button } from './Button.tsx';

interface LockedProps {
  readonly locked: boolean;
  readonly onLeave: () => void;
  readonly children: ReactNode;
}

/** Controls that a lesson can lock as one; they then say so, with the way out. Their words stay readable. */
export function Locked({ locked, onLeave, children }: LockedProps) {
  return (
    <>
      {locked && (
        <p className="ui-locked-note">
          <Lock size={14} aria-hidden="true" /> Locked by the lesson
          <Button onClick={onLeave}>Leave the lesson</Button>
        </p>
      )}
      <fieldset className="ui-locked" disabled={locked}>
        {children}
      </fieldset>
    </>
  );
}
