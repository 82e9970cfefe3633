import { memo, useCallback, useMemo, useState } from 'react';
import type { DraftRollout, ObjectiveConfig } from '../../engine/index.ts';
import { select } from '../../state/index.ts';
import { ScaleLegend, Tabs, TokenStrip, formatNumber, visibleText } from '../../ui/index.ts';
import type { StripToken } from '../../ui/index.ts';
import { TokenReadout } from './TokenReadout.tsx';
import { keywordHits } from './keywordHits.ts';
import { TOKEN_MODES, colourTokens } from './tokenColours.ts';
import type { TokenColouring, TokenMode } from './tokenColours.ts';

interface TokenSectionProps {
  readonly step: number;
  readonly rollout: DraftRollout;
  /** All advantages of the step: one scale for all its rollouts. */
  readonly advantages: readonly number[];
  readonly objective: ObjectiveConfig;
  readonly selected: number | null;
}

const MODE_TABS = TOKEN_MODES.map((mode) => ({ id: mode, label: mode }));
const HIT = 'color-mix(in oklab, var(--positive) 34%, transparent)';

/** The response as tokens, coloured by one of its numbers, and the selected token's own. */
export const TokenSection = memo(function TokenSection(props: TokenSectionProps) {
  const { step, rollout, advantages, objective, selected } = props;
  const [mode, setMode] = useState<TokenMode>('advantage');
  const colouring = useMemo(
    () => (mode === 'keyword' ? null : colourTokens(mode, rollout, advantages, objective)),
    [mode, rollout, advantages, objective],
  );
  const hits = useMemo(() => (mode === 'keyword' ? keywordHits(rollout) : null), [mode, rollout]);
  const tokens = useMemo(() => stripTokens(rollout, mode, colouring, hits), [rollout, mode, colouring, hits]);
  const onSelect = useCallback((token: number) => select({ step, token }), [step]);
  return (
    <section className="in-section" data-testid="inspector-tokens">
      <h3>Tokens</h3>
      <Tabs label="Colour tokens by" items={MODE_TABS} selected={mode} onSelect={setMode} />
      <p className="in-quiet">
        {mode === 'keyword'
          ? hits
            ? 'Tokens inside a found key word.'
            : rollout.terms
              ? 'The tokens’ texts do not join to the response, so key words cannot be placed on them; see the text below.'
              : 'Known once the step is scored.'
          : (colouring?.definition ?? missingText(mode))}
      </p>
      {colouring && <ScaleLegend scale={colouring.scale} format={colouring.format} />}
      <TokenStrip
        label={`Response tokens by ${mode}`}
        tokens={tokens}
        selected={selected}
        onSelect={onSelect}
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
  mode: TokenMode,
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
      title: `${visibleText(text)}: ${mode} ${colouring.format(value)}${mode === 'ratio' ? ` (log ${formatNumber(value, 4)})` : ''}`,
    };
  });
}
