import { editWarmup, FRESH_WARMUP, type WarmupDraft } from '../../../state/index.ts';
import { FormField } from '../../../ui/index.ts';
import type { ReadDraft } from './draft.ts';
import { NUMBERS } from './fields.ts';

const NAMES = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]; // the record has these keys and no other

interface NumberFieldsProps {
  readonly draft: WarmupDraft;
  readonly errors: ReadDraft['numbers'];
}

/** How long, how much and how fast the policy learns. */
export function NumberFields({ draft, errors }: NumberFieldsProps) {
  return (
    <div className="stages-warmup-numbers">
      {NAMES.map((name) => {
        const { label, definition, hint } = NUMBERS[name];
        return (
          <FormField
            key={name}
            label={label}
            definition={definition}
            hint={hint}
            defaultText={FRESH_WARMUP[name]}
            isDefault={draft[name] === FRESH_WARMUP[name]}
            onReset={() => editWarmup({ [name]: FRESH_WARMUP[name] })}
            error={errors[name]}
          >
            {(field) => (
              <input
                {...field}
                className="ui-input"
                inputMode="decimal"
                value={draft[name]}
                onChange={(event) => editWarmup({ [name]: event.target.value })}
              />
            )}
          </FormField>
        );
      })}
    </div>
  );
}
