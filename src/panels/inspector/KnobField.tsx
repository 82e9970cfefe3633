import { useId, useState } from 'react';
import { Button, formatNumber } from '../../ui/index.ts';
import type { Knob } from './whatIf.ts';

interface KnobFieldProps {
  readonly knob: Knob;
  readonly value: number;
  /** null: back to what trained. */
  readonly onChange: (value: number | null) => void;
}

/** One number of the recipe: a slider over its usual range, and a field for any other. */
export function KnobField({ knob, value, onChange }: KnobFieldProps) {
  const id = useId();
  // What is being typed, which need not be a number yet.
  const [typed, setTyped] = useState<string | null>(null);
  const isChanged = value !== knob.trained;
  const isBad = typed !== null && !isAllowed(knob, typed);
  // A value that came from elsewhere, as by a reset, goes before what was typed.
  const isTyped = typed !== null && (isBad || Number(typed) === value);
  const take = (text: string) => {
    if (isAllowed(knob, text)) onChange(Number(text) === knob.trained ? null : Number(text));
  };
  return (
    <div className="in-knob" data-changed={isChanged} data-testid={`knob-${knob.id.replaceAll(' ', '-')}`}>
      <label htmlFor={id}>{knob.id}</label>
      <input
        type="range"
        aria-label={`${knob.id}, slider`}
        min={knob.least}
        max={knob.most}
        // Any step: the trained value need not lie on a round one.
        step="any"
        value={value}
        onChange={(event) => take(String(rounded(Number(event.target.value), knob.step)))}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          const next = rounded(value + by * knob.step, knob.step);
          take(String(Math.min(knob.most, Math.max(knob.least, next))));
        }}
      />
      <input
        id={id}
        className="ui-input"
        inputMode="decimal"
        aria-invalid={isBad || undefined}
        title={isBad ? `Give a number from ${knob.least} on` : knob.unit}
        value={isTyped ? typed : formatPlain(value)}
        onChange={(event) => {
          setTyped(event.target.value);
          take(event.target.value);
        }}
        onBlur={() => setTyped(null)}
      />
      {isChanged ? (
        <Button
          variant="quiet"
          aria-label={`Reset ${knob.id} to ${formatPlain(knob.trained)}`}
          onClick={() => onChange(null)}
        >
          ↺ {formatNumber(knob.trained)}
        </Button>
      ) : (
        <span className="in-quiet">trained</span>
      )}
    </div>
  );
}

/** A weight may be any number, a limit none below its least. */
function isAllowed({ id, least }: Knob, text: string): boolean {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && (id.startsWith('weight') || value >= least);
}

function rounded(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(6));
}

function formatPlain(value: number): string {
  return String(Number(value.toFixed(6)));
}
