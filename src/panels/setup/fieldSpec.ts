/** What a field of Setup is: a dotted path in TrainConfig, its words, and the control it takes. */
import type { TrainConfig } from '../../engine/index.ts';
import type { NumberRange } from '../../ui/index.ts';

export interface NumberSpec extends NumberRange {
  readonly kind: 'number';
  /** null is a value too, under this name. */
  readonly off?: string;
  /** What the field holds when it is switched from null on. */
  readonly on?: number;
}
export interface ChoiceSpec {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: string | boolean; readonly label: string }[];
}
export interface FieldSpec {
  readonly path: string;
  readonly label: string;
  readonly unit?: string;
  readonly definition: string;
  readonly hint: string;
  readonly control: NumberSpec | ChoiceSpec;
  /** Why the field does nothing in this config; null: it does. */
  readonly idle?: (config: TrainConfig) => string | null;
}

/** A whole number. */
export const count = (least: number, most: number): NumberSpec => ({
  kind: 'number',
  least,
  most,
  integer: true,
});
/** Any number. */
export const real = (least: number, most: number): NumberSpec => ({ kind: 'number', least, most });
/** One of a few, as [value, label]. */
export const choice = (...options: (readonly [string | boolean, string])[]): ChoiceSpec => ({
  kind: 'choice',
  options: options.map(([value, label]) => ({ value, label })),
});
