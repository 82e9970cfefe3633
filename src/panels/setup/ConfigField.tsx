import { useState } from 'react';
import { defaultAt, editConfig, useConfig, valueAt } from '../../state/index.ts';
import { FormField, parseNumber } from '../../ui/index.ts';
import type { FieldSpec, NumberSpec } from './fieldSpec.ts';
import { showValue } from './values.ts';

/** One field of the draft config: label, control, unit, default mark and reset. */
export function ConfigField({ spec }: { readonly spec: FieldSpec }) {
  const value = useConfig((state) => valueAt(state.draft, spec.path));
  const standard = useConfig((state) => defaultAt(state.draft, spec.path));
  const idle = useConfig((state) => spec.idle?.(state.draft) ?? null);
  const [error, setError] = useState<string | null>(null);
  const { control, path, label, definition, hint, unit } = spec;
  const edit = (next: unknown): void => {
    setError(null);
    editConfig(path, next);
  };
  // A field the preset does not have (the plateau's, in a plan by steps) has no default to go back to.
  const hasDefault = standard !== undefined;
  return (
    <FormField
      label={label}
      definition={definition}
      hint={hint}
      unit={unit}
      defaultText={hasDefault ? showValue(standard, control) : undefined}
      isDefault={!hasDefault || value === standard}
      onReset={() => edit(standard)}
      error={error}
    >
      {(field) => (
        <>
          {control.kind === 'choice' ? (
            <select
              {...field}
              disabled={idle !== null}
              aria-describedby={idle === null ? field['aria-describedby'] : `${field.id}-idle`}
              className="ui-input"
              data-path={path}
              value={String(value)}
              onChange={(event) => {
                const option = control.options.find(({ value: each }) => String(each) === event.target.value);
                if (option) edit(option.value);
              }}
            >
              {control.options.map((option) => (
                <option key={option.label} value={String(option.value)}>
                  {option.label}
                </option>
              ))}
            </select>
          ) : (
            <>
              {control.off !== undefined && (
                <label className="setup-off">
                  <input
                    type="checkbox"
                    disabled={idle !== null}
                    checked={value === null}
                    onChange={(event) => edit(event.target.checked ? null : (control.on ?? control.least))}
                  />
                  {control.off}
                </label>
              )}
              {typeof value === 'number' && (
                // The key brings a fresh text whenever the value changes from elsewhere.
                <NumberInput
                  key={value}
                  {...field}
                  disabled={idle !== null}
                  aria-describedby={idle === null ? field['aria-describedby'] : `${field.id}-idle`}
                  path={path}
                  value={value}
                  spec={control}
                  onEdit={edit}
                  onError={setError}
                />
              )}
            </>
          )}
          {idle !== null && (
            <span id={`${field.id}-idle`} className="setup-idle">
              {idle}
            </span>
          )}
        </>
      )}
    </FormField>
  );
}

interface NumberInputProps {
  readonly disabled: boolean;
  readonly path: string;
  readonly value: number;
  readonly spec: NumberSpec;
  readonly onEdit: (value: number) => void;
  readonly onError: (message: string) => void;
}

/** A text that becomes a number on Enter or when it is left; a bad one stays, with what is wrong. */
function NumberInput({ path, value, spec, onEdit, onError, ...field }: NumberInputProps) {
  const [text, setText] = useState(String(value));
  const commit = (): void => {
    const parsed = parseNumber(text, spec);
    if (typeof parsed === 'string') onError(parsed);
    else onEdit(parsed);
  };
  return (
    <input
      {...field}
      className="ui-input"
      data-path={path}
      inputMode="decimal"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
