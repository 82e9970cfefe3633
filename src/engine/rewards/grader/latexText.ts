import { latexAccent, latexAlphabet, latexSymbol } from './latexSymbols.ts';

/** Nested braces deeper than this are not read. */
const MAX_DEPTH = 60;

/** Macros whose argument does not appear. */
const SILENT = new Set(['mbox', 'label', 'hspace']);

const MATRICES = new Set(['array', 'matrix', 'pmatrix', 'bmatrix', 'smallmatrix', 'vmatrix', 'Bmatrix']);

const CONTROL_SYMBOLS: Readonly<Record<string, string>> = {
  ' ': ' ', ',': ' ', ';': ' ', ':': ' ', '{': '{', '}': '}', '%': '%', '&': '&', _: '_', '#': '#', $: '$',
  '\\': '\n', '-': '\u00ad',
}; // prettier-ignore

/** Doubled characters that typeset as one. */
const LIGATURES: readonly (readonly [string, string])[] = [
  ['---', '—'],
  ['--', '–'],
  ['``', '“'],
  ["''", '”'],
];

/**
 * LaTeX mathematics as plain Unicode text, in the manner of pylatexenc's LatexNodes2Text, on which the grader
 * stands: `\frac{a}{b}` → `a/b` (no brackets are added), `\sqrt[n]{a}` → `√(a)`, symbols → their characters,
 * other macros vanish and leave their arguments. Broken braces are tolerated. null: it cannot be read
 * (a root without argument, nesting beyond all use).
 */
export function latexToText(latex: string): string | null {
  try {
    return new Reader(latex).all();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Unreadable extends Error {}

class Reader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  all(): string {
    const parts: string[] = [];
    while (this.#at < this.#source.length) {
      parts.push(this.#until('}'));
      this.#at++; // a closing brace too many
    }
    return parts.join('');
  }

  /** Up to, not over, the closing brace or bracket, or an `\end`. */
  #until(close: '}' | ']' | '\\end'): string {
    if (++this.#depth > MAX_DEPTH) throw new Unreadable();
    const parts: string[] = [];
    while (this.#at < this.#source.length && !this.#source.startsWith(close, this.#at)) {
      if (close !== '}' && this.#source[this.#at] === '}') break;
      parts.push(this.#one());
    }
    this.#depth--;
    return parts.join('');
  }

  /** The text of the next character, group or macro. */
  #one(): string {
    const character = this.#source[this.#at];
    if (character === '\\') return this.#macro();
    if (character === '{') return this.#group('}');
    for (const [typed, text] of LIGATURES) {
      if (this.#source.startsWith(typed, this.#at)) {
        this.#at += typed.length;
        return text;
      }
    }
    this.#at++;
    return character === '~' ? '\u00a0' : character === '&' ? '   ' : character;
  }

  #group(close: '}' | ']'): string {
    this.#at++;
    const text = this.#until(close);
    this.#at++;
    return text;
  }

  /** A macro's argument: a group, a macro by itself, or one character; null at the end. */
  #argument(): string | null {
    this.#skipSpaces();
    const next = this.#source[this.#at];
    if (next === undefined || next === '}') return null;
    return this.#one();
  }

  #skipSpaces(): void {
    while (/[ \t\n\r]/.test(this.#source[this.#at] ?? '')) this.#at++;
  }

  #macro(): string {
    const name = /^(?:[A-Za-z]+|[\s\S])?/.exec(this.#source.slice(this.#at + 1, this.#at + 64))![0];
    this.#at += 1 + name.length;
    if (/^[A-Za-z]/.test(name)) this.#skipSpaces();
    else if (Object.hasOwn(CONTROL_SYMBOLS, name)) return CONTROL_SYMBOLS[name];
    switch (name) {
      case 'frac':
      case 'nicefrac':
        return `${this.#argument() ?? ''}/${this.#argument() ?? ''}`;
      case 'sqrt':
        return this.#root();
      case 'begin':
        return this.#environment();
      case 'end':
        this.#argument();
        return '';
      default:
        return this.#named(name);
    }
  }

  #named(name: string): string {
    if (SILENT.has(name)) {
      this.#argument();
      return '';
    }
    const symbol = latexSymbol(name);
    if (symbol !== null) return symbol;
    const accent = latexAccent(name);
    if (accent !== null) return (this.#argument() ?? ' ').replace(/[^]/gu, `$&${accent}`).normalize('NFC');
    return latexAlphabet(name, '') === null ? '' : latexAlphabet(name, this.#argument() ?? '')!;
  }

  #root(): string {
    if (this.#source[this.#at] === '[') this.#group(']');
    const argument = this.#argument();
    if (argument === null) throw new Unreadable();
    return `√(${argument})`;
  }

  #environment(): string {
    const name = this.#argument() ?? '';
    const body = this.#until('\\end');
    if (this.#source.startsWith('\\end', this.#at)) this.#macro();
    if (!MATRICES.has(name)) return body;
    const rows = body.split('\n').map((row) => row.trim().replace(/ +/g, ' '));
    return `[ ${rows.join('; ')} ]`;
  }
}
