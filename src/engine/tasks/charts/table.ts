/** A real table: whole numbers from 0 to 20 in named series, and where they come from. */
export interface Table {
  /** What the numbers say, with their unit. */
  readonly title: string;
  /** What a row is; rows are in this order. */
  readonly rows: string;
  /** File of the package, and who measured. */
  readonly source: string;
  readonly license: string;
  /** Series by name, their values in the rows' order with a space between two. */
  readonly series: Readonly<Record<string, string>>;
}
