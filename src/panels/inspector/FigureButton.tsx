import { useState } from 'react';
import type { RefObject } from 'react';
import { ImageDown } from 'lucide-react';
import { factsOf, saveBlob, sessionStore } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

interface FigureButtonProps {
  /** What is saved. */
  readonly of: RefObject<HTMLElement | null>;
  readonly step: number;
  /** From 1. */
  readonly group: number;
  readonly rollout: number;
}

/** Wide enough for two columns of a paper, in pixels of the page. */
const WIDTH = 760;

/** Saves the inspector as it stands as a PNG for a paper: light, twice the pixels, with its provenance on it. */
export function FigureButton({ of, step, group, rollout }: FigureButtonProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    if (!of.current) return;
    const { recorded, config, tasks, checkpoint } = factsOf(sessionStore.getState());
    const caption = [
      `captured at step ${step}, this decode`,
      ...(recorded ? [`recorded run ${recorded.name}`] : []),
      `group ${group}, rollout ${rollout}`,
      `preset ${config.preset}, seed ${config.seed}`,
      ...(tasks ? [`tasks ${tasks.name}`] : []),
      ...(checkpoint === null ? [] : [`from checkpoint ${checkpoint}`]),
    ].join(' · ');
    const { figureOf } = await import('../../ui/figure.ts');
    const picture = await figureOf(of.current, { width: WIDTH, scale: 2, caption });
    saveBlob(`inspector-step-${step}-group-${group}-rollout-${rollout}.png`, picture);
  };
  return (
    <>
      <Button
        variant="quiet"
        aria-label="Save as PNG"
        title="Save the inspector as PNG, for a paper"
        data-testid="inspector-png"
        onClick={() => {
          setFailure(null);
          save().catch((error: unknown) =>
            setFailure(error instanceof Error ? error.message : String(error)),
          );
        }}
      >
        <ImageDown size={14} aria-hidden /> PNG
      </Button>
      {failure !== null && (
        <span role="alert" className="in-quiet">
          No picture: {failure}
        </span>
      )}
    </>
  );
}
