import type { CSSProperties } from 'react';
import { editRun, type RunInfo } from '../../state/index.ts';

/** Names of the colours `--run-0` … of ui/tokens.css. */
const COLOURS = ['blue', 'orange', 'teal', 'violet', 'ochre', 'magenta', 'slate', 'brown'];

/** The colour of a run's lines. */
export function ColourChoice({ run }: { readonly run: RunInfo }) {
  return (
    // A custom property is no property that CSSProperties knows.
    <span className="runs-colour" style={{ '--run': `var(--run-${run.colour})` } as CSSProperties}>
      <span className="runs-swatch" aria-hidden="true" />
      <select
        className="ui-input"
        aria-label={`Colour of ${run.name}`}
        value={run.colour}
        onChange={(event) => void editRun(run.id, { colour: Number(event.target.value) })}
      >
        {COLOURS.map((name, colour) => (
          <option key={name} value={colour}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
