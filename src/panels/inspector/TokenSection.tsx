import { memo, useCallback, useMemo, useState } from 'react';
import type { DraftRollout, ObjectiveConfig } from '../../engine/index.ts';
import { select } from '../../state/index.ts';
import { ScaleLegend, Tabs, TokenStrip, formatNumber, visibleText } from '../../ui/index.ts';
import type { StripToken } from '../../ui/index.ts';
import { TokenReadout } from './TokenReadout.tsx';
import { keywordHits } from './keywordHits.ts';
import type { Look } from './useLook.ts';
import { MODE_LABELS, TOKEN_MODES, colourByPatch, colourTokens } from './tokenColours.ts';
import type { TokenColouring, TokenMode } from './tokenColours.ts';

interface TokenSectionProps {
  readonly step: number;
  readonly rollout: DraftRollout;
  /** All advantages of the step: one scale for all its rollouts. */
  readonly advantages: readonly number[];
  readonly objective: ObjectiveConfig;
  readonly selected: number | null;
  readonly look: Look;
  /** The patch whose attention the tokens show instead, where attention lies over the image; null: none. */
  readonly patch: number | null;
}

const MODE_TABS = TOKEN_MODES.map((mode) => ({ id: mode, label: MODE_LABELS[mode] }));
const HIT = 'color-mix(in oklab, var(--positive) 34%, transparent)';

/** The response as tokens, coloured by one of its numbers, and the selected token's own. */
export const TokenSection = memo(function TokenSection(props: TokenSectionProps) {
  const { step, rollout, advantages, objective, selected, look, patch } = props;
  const [mode, setMode] = useState<TokenMode>('advantage');
  const { attention, head } = look;
  const onPatch = useMemo(
    () => (attention && patch !== null ? colourByPatch(attention.attention, head, patch) : null),
    [attention, head, patch],
  );
  const ownColouring = useMemo(
    () => (mode === 'keyword' ? null : colourTokens(mode, rollout, advantages, objective)),
    [mode, rollout, advantages, objective],
  );
  const colouring = onPatch ?? ownColouring;
  const hits = useMemo(
    () => (mode === 'keyword' && !onPatch ? keywordHits(rollout) : null),
    [mode, onPatch, rollout],
  );
  const name = onPatch ? 'attention' : MODE_LABELS[mode];
  const tokens = useMemo(() => stripTokens(rollout, name, colouring, hits), [rollout, name, colouring, hits]);
  const onSelect = useCallback((token: number) => select({ step, token }), [step]);
  return (
    <section className="in-section" data-testid="inspector-tokens">
      <h3>Tokens</h3>
      <Tabs label="Colour tokens by" items={MODE_TABS} selected={mode} onSelect={setMode} />
      <p className="in-quiet">
        {mode === 'keyword' && !onPatch
          ? hits
            ? 'Tokens inside a found key word.'
            : rollout.terms
              ? 'The tokens’ texts do not join to the response, so key words cannot be placed on them; see the text below.'
              : 'Known once the step is scored.'
          : (colouring?.definition ?? missingText(mode))}
      </p>
      {colouring && <ScaleLegend scale={colouring.scale} format={colouring.format} />}
      {hits && (
        <span className="ui-scale-legend" data-testid="keyword-legend">
          <span className="in-hit" style={{ background: HIT }}>
            found
          </span>{' '}
          {hits.filter((each) => each.length > 0).length} of {hits.length} tokens lie in a found key word,
          shown by tint and solid underline; hover one for which
        </span>
      )}
      <TokenStrip
        label={`Response tokens by ${name}`}
        tokens={tokens}
        selected={selected}
        onSelect={onSelect}
        onHover={look.layer === 'attention' ? look.hoverToken : undefined}
      />
      {selected !== null && selected < rollout.tokenIds.length ? (
        <TokenReadout rollout={rollout} token={selected} objective={objective} />
      ) : (
        <p className="in-quiet">Select a token for its numbers; arrow keys move.</p>
      )}
    </section>
  );
});

function missingText(mode: TokenMode): string {
  switch (mode) {
    case 'advantage':
      return 'Known once the advantages are computed.';
    case 'KL':
      return 'Known after the update; without a KL coefficient there is no reference to compare with.';
    default:
      return 'Known after the update.';
  }
}

function stripTokens(
  rollout: DraftRollout,
  name: string,
  colouring: TokenColouring | null,
  hits: readonly (readonly string[])[] | null,
): StripToken[] {
  return rollout.tokenTexts.map((text, i): StripToken => {
    if (hits && hits[i].length > 0)
      return { text, background: HIT, sign: 'positive', title: hits[i].join(', ') };
    if (!colouring) return { text };
    const value = colouring.values[i];
    return {
      text,
      background: colouring.scale.background(value),
      sign: colouring.scale.kind === 'diverging' ? colouring.scale.sign(value) : undefined,
      title: `${visibleText(text)}: ${name} ${colouring.format(value)}${name === 'ratio' ? ` (log ${formatNumber(value, 4)})` : ''}`,
    };
  });
}
