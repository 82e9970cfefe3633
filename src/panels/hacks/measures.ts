/** Means over the first and the last steps of a run, as the measured numbers of a preset are. */

/** Steps at either end. */
export const WINDOW = 10;

export interface Ends {
  /** null: no step has the metric. */
  readonly first: number | null;
  /** null: there are no steps beyond the first ones yet. */
  readonly last: number | null;
}

/** Mean of a metric, one value a step, over the first and the last WINDOW steps; NaN where a step has it not. */
export function endsOf(values: Float64Array): Ends {
  return {
    first: meanOf(values.subarray(0, WINDOW)),
    last: values.length > WINDOW ? meanOf(values.subarray(-WINDOW)) : null,
  };
}

function meanOf(values: Float64Array): number | null {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
