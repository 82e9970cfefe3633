import { memo } from 'react';
import { markSegments } from './marks.ts';
import type { Mark } from './marks.ts';
import './tokens.css';

/** A text with spans highlighted; kinds with a style: heading, keyword, answer, custom, find. */
export const MarkedText = memo(function MarkedText(props: {
  readonly text: string;
  readonly marks: readonly Mark[];
}) {
  return (
    <p className="ui-marked">
      {markSegments(props.text, props.marks).map((segment) =>
        segment.kinds.length === 0 ? (
          segment.text
        ) : (
          <mark key={segment.start} data-kinds={segment.kinds.join(' ')} title={segment.kinds.join(', ')}>
            {segment.text}
          </mark>
        ),
      )}
    </p>
  );
});
