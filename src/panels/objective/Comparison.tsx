import { useId, useMemo, useState } from 'react';
import { NAMED_OBJECTIVES } from '../../engine/rl/explain/index.ts';
import type { ExplainedStep, TokenPlace } from '../../engine/rl/explain/index.ts';
import { compareToken, labelOf, SIDES, stepUnder, type Side } from './comparison.ts';
import { SurrogatePlot } from './SurrogatePlot.tsx';
import './comparison.css';

interface ComparisonProps {
  readonly step: ExplainedStep;
  readonly place: TokenPlace;
}

/** The same token under two objectives, differences marked, with both surrogates over the ratio. */
export function Comparison({ step, place }: ComparisonProps) {
  const [sides, setSides] = useState<readonly [Side, Side]>(['run', 'grpo']);
  const rows = useMemo(() => compareToken(step, place, sides), [step, place, sides]);
  const [left, right] = sides;
  const hasKl = sides.some(
    (side) => stepUnder(step, side).config.objective.klCoefficient !== 0 && !step.hasReference,
  );
  return (
    <section className="ob-section" aria-label="Two objectives" data-testid="objective-comparison">
      <h3>The same token under two objectives</h3>
      <p className="ob-quiet">
        Same tokens, rewards and log-probs; only the objective is another. “≠” marks what differs.
        {hasKl && ' This run kept no reference, so that no KL can be shown.'}
      </p>
      <table className="ob-compare">
        <thead>
          <tr>
            <td />
            <th scope="col">
              <SideChoice
                label="First objective"
                mark="a"
                side={left}
                onSide={(side) => setSides([side, right])}
              />
            </th>
            <th scope="col">
              <SideChoice
                label="Second objective"
                mark="b"
                side={right}
                onSide={(side) => setSides([left, side])}
              />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label, cells, differs }) => (
            <tr key={id} data-row={id} data-differs={differs}>
              <th scope="row">
                {label}
                {differs && (
                  <span className="ob-differs" aria-label="differs">
                    ≠
                  </span>
                )}
              </th>
              <td>{cells[0]}</td>
              <td>{cells[1]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="ob-plots">
        <SurrogatePlot step={step} place={place} sides={sides} of="policyLoss" />
        <SurrogatePlot step={step} place={place} sides={sides} of="push" />
      </div>
    </section>
  );
}

interface SideChoiceProps {
  readonly label: string;
  /** Which line of the plots is its own. */
  readonly mark: 'a' | 'b';
  readonly side: Side;
  readonly onSide: (side: Side) => void;
}

function SideChoice({ label, mark, side, onSide }: SideChoiceProps) {
  const id = useId();
  return (
    <span className="ob-side">
      <span className="ob-line" data-line={mark} aria-hidden="true" />
      <label className="ui-visually-hidden" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="ui-input"
        value={side}
        onChange={(event) => {
          const choice = SIDES.find((each) => each.side === event.target.value);
          if (choice) onSide(choice.side);
        }}
      >
        {SIDES.map((each) => (
          <option key={each.side} value={each.side}>
            {each.label}
          </option>
        ))}
      </select>
      <small>{side === 'run' ? `as ${labelOf(side)} config says` : NAMED_OBJECTIVES[side].point}</small>
    </span>
  );
}
