import type { Difference, Interval } from '../../engine/eval/bootstrap.ts';
import { formatInterval, formatNumber, Sign } from '../../ui/index.ts';

export interface MeasureRow {
  readonly label: string;
  /** Samples, where rows differ in them. */
  readonly count?: number;
  /** One a policy; the value is null where it cannot be known, and has then no interval. */
  readonly cells: readonly { readonly value: number | null; readonly interval?: Interval }[];
  /** Second − first. */
  readonly difference?: Difference;
  readonly digits: number;
}

interface MeasureTableProps {
  readonly caption: string;
  /** Heading of the first column. */
  readonly first: string;
  /** Of the policies. */
  readonly names: readonly string[];
  readonly rows: readonly MeasureRow[];
}

/** Values with their intervals, a column a policy; with two, their difference. */
export function MeasureTable({ caption, first, names, rows }: MeasureTableProps) {
  const hasCounts = rows.some(({ count }) => count !== undefined);
  return (
    <table className="ui-table ev-table">
      <caption className="ui-visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{first}</th>
          {hasCounts && (
            <th scope="col" data-numeric="true">
              n
            </th>
          )}
          {names.map((name, i) => (
            <th key={i} scope="col" data-numeric="true">
              {name}
            </th>
          ))}
          {names.length > 1 && (
            <th scope="col" data-numeric="true">
              difference
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, count, cells, difference, digits }) => (
          <tr key={label} data-row={label}>
            <th scope="row">{label}</th>
            {hasCounts && <td data-numeric="true">{count}</td>}
            {cells.map(({ value, interval }, i) => (
              <td key={i} data-numeric="true">
                {formatNumber(value, digits)}
                {interval && <span className="ev-interval">{formatInterval(interval, digits)}</span>}
              </td>
            ))}
            {cells.length > 1 && (
              <td data-numeric="true">
                {difference ? <DifferenceCell difference={difference} digits={digits} /> : '–'}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DifferenceCell({
  difference,
  digits,
}: {
  readonly difference: Difference;
  readonly digits: number;
}) {
  const { difference: value, low, high } = difference;
  return (
    <span className="ev-difference" data-clear={low > 0 || high < 0}>
      <Sign value={value} digits={digits} />
      <span className="ev-interval">{formatInterval([low, high], digits, true)}</span>
    </span>
  );
}
