import { X } from 'lucide-react';
import { useId } from 'react';
import type { FaultLine } from '../../../state/index.ts';
import { Button, parseNumber, SLIPS, Tooltip } from '../../../ui/index.ts';
import { namesOf, type LineErrors, type Teacher } from './draft.ts';
import { FAULT_FIELDS, PROBABILITY } from './fields.ts';
import { OnlyChoice } from './OnlyChoice.tsx';

interface FaultRowProps {
  readonly line: FaultLine;
  /** Position on its side, from 1. */
  readonly number: number;
  readonly teacher: Teacher;
  readonly errors: LineErrors;
  readonly onEdit: (change: Partial<FaultLine>) => void;
  readonly onRemove: () => void;
}

const ICON = 14;

/** One planted fault: what goes wrong, where, and how often. */
export function FaultRow({ line, number, teacher, errors, onEdit, onRemove }: FaultRowProps) {
  const { side, name, only, p } = line;
  const id = useId();
  const names = namesOf(side, teacher);
  const title = `${side} fault ${number}`;
  const found = Object.entries(errors).filter(
    (entry): entry is [keyof LineErrors, string] => entry[1] !== null,
  );
  const errorOf = (field: keyof LineErrors) => ({
    'aria-invalid': errors[field] !== null || undefined,
    'aria-describedby': errors[field] === null ? undefined : `${id}-${field}`,
  });
  const probability = parseNumber(p, PROBABILITY);
  return (
    <div className="stages-warmup-fault" role="group" aria-label={title}>
      <select
        {...errorOf('name')}
        className="ui-input"
        aria-label={side === 'perception' ? `Attribute of ${title}` : `Slip of ${title}`}
        title={SLIPS[name]}
        value={name}
        onChange={(event) => onEdit({ name: event.target.value, only: null })}
      >
        {!(name in names) && <option value={name}>{name} (not in these questions)</option>}
        {Object.keys(names).map((each) => (
          <option key={each} value={each}>
            {side === 'perception' ? each : (SLIPS[each] ?? each.replaceAll('_', ' '))}
          </option>
        ))}
      </select>
      <OnlyChoice
        aria-describedby={errorOf('only')['aria-describedby']}
        title={title}
        what={side === 'perception' ? 'values' : 'kinds of questions'}
        possible={names[name] ?? []}
        only={only}
        onChange={(next) => onEdit({ only: next })}
      />
      <span className="stages-warmup-p">
        <Tooltip definition={FAULT_FIELDS.p.definition} hint={FAULT_FIELDS.p.hint}>
          p
        </Tooltip>
        <input
          type="range"
          min={PROBABILITY.least}
          max={PROBABILITY.most}
          step={0.05}
          aria-label={`Probability of ${title}, slider`}
          value={typeof probability === 'number' ? probability : 0}
          onChange={(event) => onEdit({ p: event.target.value })}
        />
        <input
          {...errorOf('p')}
          className="ui-input"
          inputMode="decimal"
          aria-label={`Probability of ${title}`}
          value={p}
          onChange={(event) => onEdit({ p: event.target.value })}
        />
      </span>
      <Button variant="quiet" aria-label={`Remove ${title}`} title={`Remove ${title}`} onClick={onRemove}>
        <X size={ICON} aria-hidden="true" />
      </Button>
      {found.map(([field, error]) => (
        <p key={field} id={`${id}-${field}`} className="stages-warmup-error" role="alert">
          ⚠ {error}
        </p>
      ))}
    </div>
  );
}
