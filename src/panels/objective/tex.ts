/** Numbers in formulas: the same text once for KaTeX and once to be read. */
import { formatNumber, formatSigned } from '../../ui/index.ts';

/** A formula for the eye and in words. */
export interface Formula {
  /** KaTeX source. */
  readonly tex: string;
  /** The same for whoever cannot see it, and until KaTeX is there. */
  readonly text: string;
}

/** Both forms of a formula with `#0`, `#1` … replaced by the parts. */
export function compose(tex: string, text: string, ...parts: readonly Formula[]): Formula {
  const fill = (template: string, of: (part: Formula) => string): string =>
    template.replace(/#(\d)/g, (_, index: string) => of(parts[Number(index)]));
  return { tex: fill(tex, (part) => part.tex), text: fill(text, (part) => part.text) };
}

/** A formatted number as KaTeX writes it. */
export function texOf(text: string): string {
  return text
    .replaceAll('−', '-')
    .replace('∞', '\\infty')
    .replace(/^–$/, '\\text{–}')
    .replace(/e\+?(-?\d+)$/, '\\times 10^{$1}');
}

export function number(value: number, digits = 4): Formula {
  const text = formatNumber(value, digits);
  return { tex: texOf(text), text };
}

export function signed(value: number, digits = 4): Formula {
  const text = formatSigned(value, digits);
  return { tex: texOf(text), text };
}

/** A number to be subtracted, added to or multiplied: in brackets when it is negative. */
export function operand(value: number, digits = 4): Formula {
  const plain = number(value, digits);
  return value < 0 ? { tex: `(${plain.tex})`, text: `(${plain.text})` } : plain;
}

/** A setting, with no more decimals than it has. */
export function setting(value: number): Formula {
  const text = formatNumber(value, 6)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
  return { tex: texOf(text), text };
}
