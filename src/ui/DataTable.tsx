import { useState } from 'react';
import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  readonly id: string;
  readonly header: ReactNode;
  readonly render: (row: Row) => ReactNode;
  /** Makes the column sortable. */
  readonly sortValue?: (row: Row) => number | string;
  readonly numeric?: boolean;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
  readonly selectedKey?: string | number | null;
  readonly onSelect?: (row: Row) => void;
}

/** A table for at most a few hundred rows: sortable headings, selectable rows. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  selectedKey,
  onSelect,
}: DataTableProps<Row>) {
  const [sort, setSort] = useState<{ readonly id: string; readonly descending: boolean } | null>(null);
  const sortValue = columns.find((column) => column.id === sort?.id)?.sortValue;
  const ordered = sortValue ? [...rows].sort((a, b) => compare(sortValue(a), sortValue(b))) : rows;
  const shown = sortValue && sort?.descending ? [...ordered].reverse() : ordered;
  const toggle = (id: string) =>
    setSort((now) => ({ id, descending: now?.id === id ? !now.descending : true }));
  return (
    <table className="ui-table">
      <caption className="ui-visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => {
            const direction = sort?.id !== column.id ? 'none' : sort.descending ? 'descending' : 'ascending';
            return (
              <th
                key={column.id}
                scope="col"
                data-numeric={column.numeric}
                aria-sort={column.sortValue && direction}
              >
                {column.sortValue ? (
                  <button type="button" onClick={() => toggle(column.id)}>
                    {column.header} {direction === 'none' ? '' : direction === 'descending' ? '↓' : '↑'}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => {
          const key = rowKey(row);
          return (
            <tr
              key={key}
              aria-current={key === selectedKey || undefined}
              data-selectable={onSelect !== undefined || undefined}
              onClick={onSelect && (() => onSelect(row))}
            >
              {columns.map((column) => (
                <td key={column.id} data-numeric={column.numeric}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
