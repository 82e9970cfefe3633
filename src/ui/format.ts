/** Numbers as the page writes them: a true minus sign, three significant digits, never a rounded-away value. */

const MISSING = '–';

function minus(text: string): string {
  return text.replaceAll('-', '−');
}

/** A number for reading; null, undefined and non-finite values show what they are. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 10 ** -digits || size >= 1e7) return minus(value.toExponential(Math.max(1, digits - 2)));
  if (Number.isInteger(value)) return minus(String(value));
  if (size >= 1000) return minus(value.toFixed(0));
  if (size >= 100) return minus(value.toFixed(Math.min(1, digits)));
  return minus(value.toFixed(digits));
}

/** As `formatNumber`, with a plus sign on positive values. */
export function formatSigned(value: number | null | undefined, digits = 3): string {
  const text = formatNumber(value, digits);
  return typeof value === 'number' && value > 0 ? `+${text}` : text;
}

/** The two ends of an interval; nothing where there is none. */
export function formatInterval(
  ends: readonly [number, number] | undefined,
  digits = 3,
  signed = false,
): string {
  const format = signed ? formatSigned : formatNumber;
  return ends ? `[${format(ends[0], digits)}, ${format(ends[1], digits)}]` : '';
}

/** A share in [0, 1] as a percentage with at most one decimal. */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return MISSING;
  const percent = share * 100;
  return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

/** A duration: seconds, below one of them milliseconds. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${formatNumber(Math.round(seconds * 1000), 0)} ms` : `${formatNumber(seconds, 1)} s`;
}

/** Large counts with a unit: 12 345 → 12.3 k. */
export function formatCompact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return minus(`${(value / 1e9).toFixed(1)} G`);
  if (size >= 1e6) return minus(`${(value / 1e6).toFixed(1)} M`);
  if (size >= 1e4) return minus(`${(value / 1e3).toFixed(1)} k`);
  return formatNumber(value, size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** An axis tick with as many decimals as its neighbours need. */
export function formatTick(tick: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(tick);
  if (Math.abs(tick) >= 1e4) return formatCompact(tick);
  if (step > 0 && step < 1e-3) {
    const digits = Math.ceil(Math.log10(Math.abs(tick) / step) - 1e-9);
    return tick === 0 ? '0' : minus(tick.toExponential(Math.max(0, Math.min(3, digits))));
  }
  const decimals =
    [0, 1, 2, 3].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ??
    3;
  return minus(tick.toFixed(decimals));
}

export type SignName = 'positive' | 'negative' | 'zero';

export function signOf(value: number): SignName {
  if (value > 0) return 'positive';
  return value < 0 ? 'negative' : 'zero';
}

/** The glyph that goes with the colour, so that colour is never the only carrier. */
export const SIGN_GLYPHS: Readonly<Record<SignName, string>> = { positive: '▲', negative: '▼', zero: '·' };
