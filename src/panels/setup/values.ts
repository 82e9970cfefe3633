/** Field values as text. */
import type { FieldSpec } from './fieldSpec.ts';

/** A value in words: the option's label, the name of null, or the number. */
export function showValue(value: unknown, control: FieldSpec['control']): string {
  if (control.kind === 'choice') {
    return control.options.find((option) => option.value === value)?.label ?? JSON.stringify(value);
  }
  if (value === null) return control.off ?? 'none';
  return value === Number.MAX_SAFE_INTEGER ? 'all' : JSON.stringify(value);
}
