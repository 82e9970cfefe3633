import { memo, useState } from 'react';
import type { DraftGroup, DraftRollout } from '../../engine/index.ts';
import { select, useIsRecorded, useSession, useShownImage } from '../../state/index.ts';
import { Button, ImageView, PatchMap, patchScale } from '../../ui/index.ts';
import type { ColourScale } from '../../ui/index.ts';
import { LookControls, formatWeight } from './LookControls.tsx';
import { patchWeights } from './look.ts';
import type { Look } from './useLook.ts';
import { useHasTruth, useTruth } from './useTruth.ts';

const IMAGE_WIDTH = 192;

interface QuestionSectionProps {
  readonly step: number;
  readonly group: DraftGroup;
  /** null: not sampled yet. */
  readonly rollout: DraftRollout | null;
  readonly look: Look;
  readonly token: number | null;
  readonly patch: number | null;
}

/** A number a patch, and what it is. */
interface Drawn {
  readonly values: readonly number[];
  readonly scale: ColourScale;
  readonly label: string;
}

function drawnLayer({ layer, attention, similarity, head }: Look, token: number | null): Drawn | null {
  if (layer === 'attention' && attention) {
    const values = patchWeights(attention.attention, head, token);
    return { values, scale: patchScale(values), label: 'Attention by patch' };
  }
  if (layer === 'similarity' && similarity?.patches) {
    const values = Array.from(similarity.patches);
    return { values, scale: patchScale(values), label: 'Similarity by patch' };
  }
  return null;
}

/** What the policy was asked: the image it saw, the problem, the answer and the key words. */
export const QuestionSection = memo(function QuestionSection(props: QuestionSectionProps) {
  const { step, group, rollout, look, token, patch } = props;
  const image = useShownImage(group.qid);
  const run = useSession((session) => session.run);
  const isRecorded = useIsRecorded();
  const [grid, setGrid] = useState(false);
  const [boxes, setBoxes] = useState(false);
  const hasTruth = useHasTruth();
  const truth = useTruth(group.qid, boxes);
  // The policy squashes every image to its own square, so its patches divide the picture evenly.
  const asked = look.hoveredToken ?? token;
  const shownToken = rollout && asked !== null && asked < rollout.tokenIds.length ? asked : null;
  const drawn = drawnLayer(look, shownToken);
  // Of a recorded run it is not known how its policy cut the image.
  const side = run && !isRecorded ? run.imageSize / run.patchSize : null;
  return (
    <section className="in-section in-question" data-testid="inspector-question">
      <div className="in-image">
        <ImageView
          image={image}
          size={IMAGE_WIDTH}
          alt={`Image of ${group.qid}`}
          grid={grid && side ? { columns: side, rows: side } : null}
          objects={truth?.objects}
          layer={
            drawn && (
              <PatchMap
                label={drawn.label}
                columns={Math.round(Math.sqrt(drawn.values.length))}
                values={drawn.values}
                scale={drawn.scale}
                format={formatWeight}
                opacity={look.opacity}
                selected={patch}
                onSelect={(to) => select({ step, patch: to })}
                onHover={look.hoverPatch}
              />
            )
          }
        />
        <div className="in-toggles" data-figure="omit">
          {side !== null && (
            <Button
              aria-pressed={grid}
              title="Borders of the vision tower’s patches"
              onClick={() => setGrid((now) => !now)}
              data-testid="inspector-grid"
            >
              {side} × {side} patches
            </Button>
          )}
          {hasTruth && (
            <Button
              aria-pressed={boxes}
              title="What the scene really holds; no reward reads it"
              onClick={() => setBoxes((now) => !now)}
              data-testid="inspector-truth"
            >
              truth boxes
            </Button>
          )}
        </div>
        {truth && (
          <ol className="in-truth" data-testid="inspector-truth-list">
            {truth.objects.map((object, i) => (
              <li key={i}>{Object.values(object.attributes).join(' ')}</li>
            ))}
          </ol>
        )}
      </div>
      <div className="in-problem">
        <p>{group.problem.replaceAll('<image>', '').trim()}</p>
        <dl className="in-readout">
          <div>
            <dt>answer</dt>
            <dd>
              <code>{group.answer}</code>
            </dd>
          </div>
          <div>
            <dt>kind</dt>
            <dd>{group.kind}</dd>
          </div>
          <div>
            <dt>qid</dt>
            <dd>{group.qid}</dd>
          </div>
          <div>
            <dt>key words</dt>
            <dd>{group.key_words.length === 0 ? 'none' : group.key_words.join(', ')}</dd>
          </div>
        </dl>
      </div>
      {rollout && (
        <LookControls
          look={look}
          rollout={rollout}
          step={step}
          token={shownToken}
          scale={drawn?.scale ?? null}
        />
      )}
    </section>
  );
});
