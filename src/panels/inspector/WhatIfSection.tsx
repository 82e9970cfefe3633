import { memo, useMemo, useState } from 'react';
import type {
  DraftGroup,
  DraftRollout,
  ObjectiveConfig,
  RewardStage,
  TermScore,
} from '../../engine/index.ts';
import { select, useEditFacts, useIsRecorded } from '../../state/index.ts';
import { Button, Sign, Waterfall, formatNumber } from '../../ui/index.ts';
import { EvidenceView } from './EvidenceView.tsx';
import { KnobField } from './KnobField.tsx';
import { Reconciled } from './Reconciled.tsx';
import { WhatIfGroup } from './WhatIfGroup.tsx';
import { WhatIfWaiting } from './WhatIfWaiting.tsx';
import { isScored } from './reconcile.ts';
import { knobsOf, scoreEdit, whatIf } from './whatIf.ts';
import type { KnobChanges, KnobId, WhatIf } from './whatIf.ts';

interface WhatIfSectionProps {
  readonly step: number;
  readonly stage: RewardStage;
  readonly groups: readonly DraftGroup[];
  readonly group: number;
  readonly rollout: number;
  readonly objective: ObjectiveConfig;
}

const NO_CHANGES: KnobChanges = {};

/**
 * The selected rollout with other weights, other thresholds or another response, and what the group would have got.
 * Knobs stay when another rollout is looked at; an edited text belongs to its rollout.
 */
export const WhatIfSection = memo(function WhatIfSection(props: WhatIfSectionProps) {
  const { step, stage, groups, group, rollout, objective } = props;
  const record = groups[group].rollouts[rollout];
  const place = `${stage} ${step} ${group} ${rollout}`;
  const [turned, setTurned] = useState({ stage, changes: NO_CHANGES });
  const [written, setWritten] = useState<{ readonly place: string; readonly text: string } | null>(null);
  const changes = turned.stage === stage ? turned.changes : NO_CHANGES;
  const text = written?.place === place && written.text !== record.response ? written.text : null;
  const facts = useEditFacts(groups[group], stage, text);
  const scored = isScored(record) ? record : null;
  const edited = useMemo(
    () => (scored && text !== null ? scoreEdit(stage, groups[group], scored.terms, text, facts) : null),
    [stage, groups, group, scored, text, facts],
  );
  const result = useMemo(
    () => whatIf({ groups, group, rollout }, objective, changes, edited),
    [groups, group, rollout, objective, changes, edited],
  );
  if (!scored || !result) return null;
  const isChanged = text !== null || Object.keys(changes).length > 0;
  // What is being edited must not be swept away by the next step.
  const pin = () => select({ step, group, rollout });
  const turn = (id: KnobId, value: number | null) => {
    pin();
    const { [id]: _, ...others } = changes;
    setTurned({ stage, changes: value === null ? others : { ...others, [id]: value } });
  };
  return (
    <section
      className="in-section in-what-if"
      data-testid="inspector-what-if"
      data-changed={isChanged}
      data-figure={isChanged ? undefined : 'omit'}
    >
      <h3>
        What if
        <span className="in-not-trained">what-if, not what trained</span>
        {isChanged && (
          <Button
            className="in-reset"
            data-figure="omit"
            data-testid="what-if-reset"
            onClick={() => {
              setTurned({ stage, changes: NO_CHANGES });
              setWritten(null);
            }}
          >
            Reset to what trained
          </Button>
        )}
      </h3>
      <p className="in-quiet" data-figure="omit">
        Turn a weight or a limit for all rollouts of the step, or edit this response: reward, ranks and
        advantages follow. Nothing here reaches the policy.
      </p>
      <div className="in-knobs">
        {knobsOf(scored.terms).map((knob) => (
          <KnobField
            key={knob.id}
            knob={knob}
            value={changes[knob.id] ?? knob.trained}
            onChange={(value) => turn(knob.id, value)}
          />
        ))}
      </div>
      <label className="in-edit">
        <span>
          response{' '}
          <span className="in-quiet">
            {text === null
              ? 'as sampled'
              : `edited${facts.tokens === null ? '' : `, ${facts.tokens} tokens`}`}
          </span>
        </span>
        <textarea
          className="ui-input"
          rows={6}
          spellCheck={false}
          value={text ?? record.response}
          data-testid="what-if-response"
          onFocus={pin}
          onChange={(event) => setWritten({ place, text: event.target.value })}
        />
      </label>
      <Outcome
        result={result}
        record={scored}
        rollout={rollout}
        isChanged={isChanged}
        isEdited={text !== null}
      />
      <WhatIfGroup
        rows={result.group}
        selected={rollout}
        onSelect={(index) => select({ step, group, rollout: index })}
      />
    </section>
  );
});

interface OutcomeProps {
  readonly result: WhatIf;
  readonly record: DraftRollout & { readonly reward: number; readonly terms: readonly TermScore[] };
  readonly rollout: number;
  readonly isChanged: boolean;
  readonly isEdited: boolean;
}

function Outcome({ result, record, rollout, isChanged, isEdited }: OutcomeProps) {
  const { advantage, rank } = result.group[rollout];
  const unknown = useIsRecorded() ? 'not recorded' : 'pending';
  const known = result.terms.filter(({ value }) => value !== null);
  return (
    <>
      <p className="in-formula" data-testid="what-if-outcome">
        reward {formatNumber(record.reward, 4)} →{' '}
        <b>{result.reward === null ? unknown : formatNumber(result.reward, 4)}</b> · rank {rank.trained} →{' '}
        <b>{rank.whatIf ?? unknown}</b> of {result.group.length}
        {advantage.trained !== null && (
          <>
            {' '}
            · advantage <Sign value={advantage.trained} /> →{' '}
            <b>{advantage.whatIf === null ? unknown : <Sign value={advantage.whatIf} />}</b>
          </>
        )}{' '}
        {!isChanged && (
          <Reconciled
            difference={Math.max(
              Math.abs((result.reward ?? NaN) - record.reward),
              Math.abs((advantage.whatIf ?? NaN) - (advantage.trained ?? advantage.whatIf ?? NaN)),
            )}
            testId="reconcile-what-if"
          />
        )}
      </p>
      {result.missing.length > 0 && <WhatIfWaiting missing={result.missing} />}
      {isChanged && (
        <Waterfall
          terms={known}
          overall={result.reward}
          renderEvidence={isEdited ? (term) => <EvidenceView term={term} /> : undefined}
        />
      )}
    </>
  );
}
