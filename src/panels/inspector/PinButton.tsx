import { Pin, PinOff } from 'lucide-react';
import { togglePin, usePinned } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** Keeps the step's record when the run has gone on, or lets it go again. */
export function PinButton({ step }: { readonly step: number }) {
  const pinned = usePinned(step);
  const Icon = pinned ? PinOff : Pin;
  return (
    <Button
      variant="quiet"
      aria-label={`Keep the record of step ${step}`}
      aria-pressed={pinned}
      title={
        pinned
          ? `Step ${step} is kept; press to let it go with the older ones`
          : `Keep step ${step}: of the others the newest 200 are kept`
      }
      onClick={() => togglePin(step)}
    >
      <Icon size={14} aria-hidden />
    </Button>
  );
}
