/** Field values as text and back. */
import type { FieldSpec, NumberSpec } from './fieldSpec.ts';

/** The number a text means, or what is wrong with it. */
export function parseNumber(text: string, spec: NumberSpec): number | string {
  const value = Number(text.trim().replace(',', '.'));
  const kind = spec.integer ? 'a whole number' : 'a number';
  const most = spec.most === Number.MAX_SAFE_INTEGER ? '' : ` to ${spec.most}`;
  const range = most === '' ? `${kind} of at least ${spec.least}` : `${kind} from ${spec.least}${most}`;
  const isGood =
    text.trim() !== '' &&
    Number.isFinite(value) &&
    value >= spec.least &&
    value <= spec.most &&
    (!spec.integer || Number.isInteger(value));
  return isGood ? value : `“${text}” will not do; give ${range}.`;
}

/** A value in words: the option's label, the name of null, or the number. */
export function showValue(value: unknown, control: FieldSpec['control']): string {
  if (control.kind === 'choice') {
    return control.options.find((option) => option.value === value)?.label ?? JSON.stringify(value);
  }
  if (value === null) return control.off ?? 'none';
  return value === Number.MAX_SAFE_INTEGER ? 'all' : JSON.stringify(value);
}
