import { memo, useState } from 'react';
import type { DraftGroup } from '../../engine/index.ts';
import { useSampleImage, useSession } from '../../state/index.ts';
import { Button, ImageView } from '../../ui/index.ts';
import { useHasTruth, useTruth } from './useTruth.ts';

const IMAGE_WIDTH = 192;

/** What the policy was asked: the image it saw, the problem, the answer and the key words. */
export const QuestionSection = memo(function QuestionSection({ group }: { readonly group: DraftGroup }) {
  const image = useSampleImage(group.qid);
  const run = useSession((session) => session.run);
  const [grid, setGrid] = useState(false);
  const [boxes, setBoxes] = useState(false);
  const hasTruth = useHasTruth();
  const truth = useTruth(group.qid, boxes);
  // The policy squashes every image to its own square, so its patches divide the picture evenly.
  const side = run ? run.imageSize / run.patchSize : null;
  return (
    <section className="in-section in-question" data-testid="inspector-question">
      <div className="in-image">
        <ImageView
          image={image}
          size={IMAGE_WIDTH}
          alt={`Image of ${group.qid}`}
          grid={grid && side ? { columns: side, rows: side } : null}
          objects={truth?.objects}
        />
        <div className="in-toggles">
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
    </section>
  );
});
