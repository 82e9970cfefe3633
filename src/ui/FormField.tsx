import { useId } from 'react';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { Tooltip } from './Tooltip.tsx';
import './form.css';

/** What the control inside a field must carry. */
interface FieldControlProps {
  readonly id: string;
  readonly 'aria-labelledby': string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface FormFieldProps {
  readonly label: string;
  readonly definition?: string;
  /** What changing it does. */
  readonly hint?: string;
  readonly unit?: string;
  /** The default, in words; shown as a mark when the value is the default, as a reset otherwise. */
  readonly defaultText?: string;
  readonly isDefault?: boolean;
  readonly onReset?: () => void;
  readonly error?: string | null;
  readonly children: (control: FieldControlProps) => ReactNode;
}

/** A labelled control with its unit, default mark, reset, definition, hint and error. */
export function FormField(props: FormFieldProps) {
  const { label, definition, hint, unit, defaultText, isDefault = true, onReset, error, children } = props;
  const id = useId();
  return (
    <div className="ui-field" data-changed={!isDefault || undefined}>
      <div className="ui-field-label">
        <label
          id={`${id}-label`}
          htmlFor={id}
          className={definition === undefined ? '' : 'ui-visually-hidden'}
        >
          {label}
        </label>
        {definition !== undefined && (
          <Tooltip definition={definition} hint={hint}>
            {label}
          </Tooltip>
        )}
        {!isDefault && onReset && (
          <Button
            variant="quiet"
            className="ui-field-reset"
            aria-label={`Reset ${label}${defaultText === undefined ? '' : ` to ${defaultText}`}`}
            title={defaultText === undefined ? 'Reset' : `Reset to ${defaultText}`}
            onClick={onReset}
          >
            ↺ {defaultText}
          </Button>
        )}
        {isDefault && defaultText !== undefined && <span className="ui-field-default">default</span>}
      </div>
      <div className="ui-field-control">
        {children({
          id,
          'aria-labelledby': `${id}-label`,
          'aria-describedby': error ? `${id}-error` : undefined,
          'aria-invalid': error ? true : undefined,
        })}
        {unit !== undefined && <span className="ui-field-unit">{unit}</span>}
      </div>
      {error && (
        <p id={`${id}-error`} className="ui-field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
