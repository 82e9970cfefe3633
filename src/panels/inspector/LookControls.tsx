import { askAttentionAgain, useAttentionError, useIsRecorded, useSession } from '../../state/index.ts';
import { Button, ScaleLegend, Tabs, formatNumber, formatShare, visibleText } from '../../ui/index.ts';
import type { ColourScale } from '../../ui/index.ts';
import { attentionShares, logProbDistance } from './look.ts';
import type { DraftRollout } from '../../engine/index.ts';
import type { Layer, Look } from './useLook.ts';

interface LookControlsProps {
  readonly look: Look;
  readonly rollout: DraftRollout;
  readonly step: number;
  /** The token whose attention is shown; null: the mean over the response. */
  readonly token: number | null;
  /** null: nothing is drawn yet. */
  readonly scale: ColourScale | null;
}

const LAYERS: readonly { readonly id: Layer; readonly label: string }[] = [
  { id: 'none', label: 'picture' },
  { id: 'similarity', label: 'similarity' },
  { id: 'attention', label: 'attention' },
];

/** Which layer lies over the image, how, and what its numbers are. */
export function LookControls(props: LookControlsProps) {
  const { look, scale } = props;
  return (
    <div className="in-look" data-testid="inspector-look">
      <Tabs
        label="Layer over the image"
        items={LAYERS}
        selected={look.layer}
        onSelect={(layer) => look.choose({ layer })}
      />
      {look.layer !== 'none' && (
        <label className="in-opacity" data-figure="omit">
          <span>opacity</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={look.opacity}
            onChange={(event) => look.choose({ opacity: Number(event.target.value) })}
          />
        </label>
      )}
      {look.layer === 'similarity' && <SimilarityNote look={look} />}
      {look.layer === 'attention' && <AttentionNote {...props} />}
      {scale && <ScaleLegend scale={scale} format={formatWeight} />}
    </div>
  );
}

/** A weight or a similarity as patches and legend write it. */
export function formatWeight(value: number): string {
  return formatNumber(value, 3);
}

function SimilarityNote({ look: { description, similarity } }: { readonly look: Look }) {
  const hasRun = useSession((session) => session.run !== null);
  const isRecorded = useIsRecorded();
  if (description === null) {
    return (
      <p className="in-quiet">No description between its headings: nothing to compare the patches with.</p>
    );
  }
  if (isRecorded) return <NotRecorded what="similarity by patch" />;
  if (!hasRun) return <NoModel />;
  if (!similarity) return <Pending what="similarity" />;
  if (!similarity.patches) return <p className="in-quiet">This scorer has no similarity by patch.</p>;
  return (
    <>
      <p className="in-quiet">
        Similarity of each patch with the description, by the scorer: the best of its entries. The whole image
        has {formatNumber(similarity.similarity)}, which is what the reward reads.
      </p>
      <HitRate rate={similarity.patchHitRate} />
    </>
  );
}

/** From here on a named patch is found often enough for the map to be read. */
const READABLE = 0.8;

/** How far the map can be trusted on this task set. */
function HitRate({ rate }: { readonly rate: number | null }) {
  if (rate === null) {
    return (
      <p className="in-quiet" data-testid="patch-hit-rate">
        How often it finds the right patch is not measured on this task set.
      </p>
    );
  }
  return rate >= READABLE ? (
    <p className="in-quiet" data-testid="patch-hit-rate">
      On this task set the scorer finds the named object’s patch for {formatShare(rate)} of held-out objects.
    </p>
  ) : (
    <p className="in-warning" data-testid="patch-hit-rate">
      ⚠ Do not read this map on this task set: the scorer finds the named object’s patch for only{' '}
      {formatShare(rate)} of held-out objects.
    </p>
  );
}

function AttentionNote({ look, rollout, step, token }: LookControlsProps) {
  const error = useAttentionError();
  const hasRun = useSession((session) => session.run !== null);
  const isRecorded = useIsRecorded();
  if (isRecorded) return <NotRecorded what="attention" />;
  if (!hasRun) return <NoModel />;
  if (error) {
    return (
      <p className="in-quiet" role="alert">
        No attention came back: {error.message} <Button onClick={askAttentionAgain}>Ask again</Button>
      </p>
    );
  }
  if (!look.attention) return <Pending what="attention" />;
  const { attention, policyStep } = look.attention;
  const shares = attentionShares(attention, look.head, token);
  const distance = logProbDistance(attention, rollout.decodeLogProbs);
  return (
    <>
      <div className="in-heads">
        <label>
          layer{' '}
          <select
            className="ui-input"
            value={look.depth}
            onChange={(event) => look.choose({ depth: Number(event.target.value) })}
            data-testid="attention-layer"
          >
            {Array.from({ length: attention.layers }, (_, layer) => (
              <option key={layer} value={layer}>
                {layer + 1} of {attention.layers}
              </option>
            ))}
          </select>
        </label>
        <label>
          head{' '}
          <select
            className="ui-input"
            value={look.head}
            onChange={({ target: { value } }) =>
              look.choose({ head: value === 'mean' ? 'mean' : Number(value) })
            }
            data-testid="attention-head"
          >
            <option value="mean">mean</option>
            {Array.from({ length: attention.heads }, (_, head) => (
              <option key={head} value={head}>
                {head + 1} of {attention.heads}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="in-quiet" data-testid="attention-shares">
        {token === null ? (
          'Mean over the response; select a token for its own'
        ) : (
          <>
            When choosing #{token + 1} <code>{visibleText(rollout.tokenTexts[token])}</code>
          </>
        )}
        : image {formatShare(shares.image)}, rest of the prompt {formatShare(shares.prompt)}, response so far{' '}
        {formatShare(shares.response)}.
      </p>
      <p className="in-quiet" data-testid="attention-source">
        <b>Recomputed</b>, not recorded:{' '}
        {policyStep === step - 1
          ? `by the weights that sampled it (after step ${policyStep})`
          : `by the weights after step ${policyStep}; those that sampled it, after step ${step - 1}, are gone`}
        . Its log-probs differ from the decode’s by at most {formatNumber(distance)} nats.
      </p>
    </>
  );
}

function NotRecorded({ what }: { readonly what: string }) {
  return (
    <p className="in-quiet" data-testid="not-recorded">
      Not recorded. The {what} needs the policy and the scorer of the step; train live to see it.
    </p>
  );
}

function NoModel() {
  return <p className="in-quiet">Needs the model, which is not loaded: start a run.</p>;
}

function Pending({ what }: { readonly what: string }) {
  const isBusy = useSession(({ status }) => status === 'running' || status === 'stepping');
  return (
    <p className="in-quiet" role="status" aria-busy="true">
      {isBusy ? `The run goes on; the ${what} comes when its phase ends.` : `Computing the ${what}…`}
    </p>
  );
}
