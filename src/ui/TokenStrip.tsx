import { memo, useId } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { SignName } from './format.ts';
import './tokens.css';

export interface StripToken {
  readonly text: string;
  /** CSS background; undefined: plain. */
  readonly background?: string;
  /** Adds a solid (positive) or dashed (negative) underline, so that colour is not the only carrier. */
  readonly sign?: SignName;
  /** Hover text: the number behind the colour. */
  readonly title?: string;
}

interface TokenStripProps {
  readonly label: string;
  readonly tokens: readonly StripToken[];
  readonly selected: number | null;
  readonly onSelect: (token: number) => void;
  /** The token under the pointer; null: none any more. */
  readonly onHover?: (token: number | null) => void;
}

/** Tokens in a row, coloured by the caller; one tab stop, arrow keys move the selection. */
export const TokenStrip = memo(function TokenStrip(props: TokenStripProps) {
  const { label, tokens, selected, onSelect, onHover } = props;
  const id = useId();
  const pick = (event: MouseEvent<HTMLDivElement>) => {
    const index = tokenUnder(event);
    if (index !== null) onSelect(index);
  };
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = selected ?? -1;
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tokens.length - 1 }[event.key];
    if (target === undefined || tokens.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(Math.max(0, Math.min(tokens.length - 1, target)));
  };
  return (
    <div
      className="ui-tokens"
      role="listbox"
      aria-label={label}
      aria-orientation="horizontal"
      aria-activedescendant={selected === null ? undefined : `${id}-${selected}`}
      tabIndex={0}
      onClick={pick}
      onKeyDown={move}
      onMouseOver={onHover && ((event) => onHover(tokenUnder(event)))}
      onMouseLeave={onHover && (() => onHover(null))}
      data-testid="token-strip"
    >
      {tokens.map((token, i) => (
        <span
          key={i}
          id={`${id}-${i}`}
          data-index={i}
          role="option"
          aria-selected={i === selected}
          className="ui-token"
          data-sign={token.sign}
          title={token.title}
          style={token.background === undefined ? undefined : { background: token.background }}
        >
          {visibleText(token.text).replaceAll('↵', '↵\n')}
        </span>
      ))}
    </div>
  );
});

function tokenUnder({ target }: MouseEvent): number | null {
  const index =
    target instanceof HTMLElement ? target.closest<HTMLElement>('[data-index]')?.dataset.index : undefined;
  return index === undefined ? null : Number(index);
}

/** A token's text with its line breaks and an empty text made visible. */
export function visibleText(text: string): string {
  return text === '' ? '∅' : text.replaceAll('\n', '↵');
}
