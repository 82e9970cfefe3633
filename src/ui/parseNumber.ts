/** Which numbers a field takes; `most` MAX_SAFE_INTEGER: no upper end. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly integer?: boolean;
}

/** The number a text means, or what is wrong with it. */
export function parseNumber(text: string, range: NumberRange): number | string {
  const value = Number(text.trim().replace(',', '.'));
  const kind = range.integer ? 'a whole number' : 'a number';
  const most = range.most === Number.MAX_SAFE_INTEGER ? '' : ` to ${range.most}`;
  const wanted = most === '' ? `${kind} of at least ${range.least}` : `${kind} from ${range.least}${most}`;
  const isGood =
    text.trim() !== '' &&
    Number.isFinite(value) &&
    value >= range.least &&
    value <= range.most &&
    (!range.integer || Number.isInteger(value));
  return isGood ? value : `“${text}” will not do; give ${wanted}.`;
}
