import { Undecidable } from './undecidable.ts';

/** An arithmetic expression. Numbers keep their text: whether it has a point matters. */
export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'i' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'negate' | 'sqrt' | 'ln' | 'factorial'; readonly of: Expression }
  | {
      readonly kind: '+' | '-' | '*' | '/' | '**';
      readonly left: Expression;
      readonly right: Expression;
    };

type Token =
  | { readonly kind: 'number' | 'imaginary' | 'symbol' | 'function'; readonly text: string }
  | { readonly kind: 'pi' }
  | { readonly kind: 'operator'; readonly text: string };

const MAX_LENGTH = 1000;
const MAX_DEPTH = 80;

/**
 * Reads `+ − * / ^ ** !`, brackets, sqrt and ln, with multiplication left out where it can be (`2x`, `xy`,
 * `2(3)`, `x2`; it binds like `*`, so `1/2x` is x/2). Words fall apart into letters and numbers unless they
 * are pi, a Greek letter's name or hold `_`. Throws Undecidable on anything else, and beyond 1000 characters
 * or 80 nested operations.
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) throw new Undecidable('longer than 1000 characters');
  return new Parser(tokenize(text.replaceAll('^', '**'))).parse();
}

const FLOAT = /(?:\d+(?:_\d+)*\.(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?|\d+(?:_\d+)*e[+-]?\d+/y;
const INTEGER = /0(?:_?0)*|[1-9](?:_?\d)*/y;
const NAME = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/uy;
const OPERATOR = /\*\*|[-+*/()!]/y;
const SPACES = /[ \t\n\f]+/y;
/** Words of two letters or fewer that mean something else to sympy or Python, so no symbol. */
const RESERVED = new Set([
  'all', 'as', 'csc', 'eye', 'ff', 'fft', 'fu', 'gff', 'id', 'if', 'im', 'in', 'is', 'jn', 'li', 'nan', 'ntt', 'oo',
  'or', 're', 'rf', 'yn', 'zoo',
]); // prettier-ignore
const GREEK = new Set(['mu', 'nu', 'xi', 'eta']);

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return null;
    at += match[0].length;
    return match[0];
  };
  while (at < text.length) {
    if (take(SPACES) !== null) continue;
    const number = take(FLOAT) ?? take(INTEGER);
    if (number !== null) {
      const imaginary = text[at] === 'j';
      if (imaginary) at++;
      tokens.push({ kind: imaginary ? 'imaginary' : 'number', text: number.replaceAll('_', '') });
      continue;
    }
    const name = take(NAME);
    if (name !== null) {
      tokens.push(...nameTokens(name, text[at] === '('));
      continue;
    }
    const operator = take(OPERATOR);
    if (operator === null) throw new Undecidable(`cannot read "${text[at]}"`);
    if (operator === '/' && text[at] === '/') throw new Undecidable('cannot read "//"');
    tokens.push({ kind: 'operator', text: operator });
  }
  return tokens;
}

function nameTokens(name: string, called: boolean): Token[] {
  if (name === 'pi') return [{ kind: 'pi' }];
  if (name === 'sqrt' || name === 'ln') {
    if (called) return [{ kind: 'function', text: name }];
    throw new Undecidable(`"${name}" needs brackets`);
  }
  if (RESERVED.has(name)) throw new Undecidable(`"${name}" is no symbol`);
  if (name.includes('_') || GREEK.has(name)) return [{ kind: 'symbol', text: name }];
  const parts = name.match(/\d+|[^\d]/gu)!;
  return parts.map((part) => ({ kind: /\d/.test(part) ? 'number' : 'symbol', text: part }));
}

/** Recursive descent with Python's precedences: `-x**2` is −(x²), `2**-x` reads, `**` binds to the right. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#sum();
    if (this.#at < this.#tokens.length) throw new Undecidable('a bracket too many');
    return expression;
  }

  #isOperator(...texts: string[]): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'operator' && texts.includes(token.text);
  }

  #operator(...texts: string[]): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'operator' || !texts.includes(token.text)) return null;
    this.#at++;
    return token.text;
  }

  #sum(): Expression {
    let left = this.#product();
    for (let sign = this.#operator('+', '-'); sign !== null; sign = this.#operator('+', '-')) {
      left = { kind: sign === '+' ? '+' : '-', left, right: this.#product() };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#factor();
    for (;;) {
      const sign = this.#operator('*', '/');
      if (sign !== null) left = { kind: sign === '*' ? '*' : '/', left, right: this.#factor() };
      else if (this.#startsAtom()) left = { kind: '*', left, right: this.#power() };
      else return left;
    }
  }

  #startsAtom(): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && (token.kind !== 'operator' || token.text === '(');
  }

  #factor(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Undecidable('nested too deeply');
    const sign = this.#operator('+', '-');
    const factor = sign === null ? this.#power() : this.#factor();
    this.#depth--;
    return sign === '-' ? { kind: 'negate', of: factor } : factor;
  }

  #power(): Expression {
    let base = this.#atom();
    while (this.#operator('!') !== null) {
      if (this.#isOperator('!')) throw new Undecidable('cannot read "!!"');
      base = { kind: 'factorial', of: base };
    }
    return this.#operator('**') === null ? base : { kind: '**', left: base, right: this.#factor() };
  }

  #atom(): Expression {
    const token = this.#tokens[this.#at++];
    switch (token?.kind) {
      case undefined:
        throw new Undecidable('ends too early');
      case 'number':
        return { kind: 'number', text: token.text };
      case 'imaginary': {
        const left: Expression = { kind: 'number', text: token.text };
        return { kind: '*', left, right: { kind: 'constant', name: 'i' } };
      }
      case 'pi':
        return { kind: 'constant', name: 'pi' };
      case 'symbol':
        return { kind: 'symbol', name: token.text };
      case 'function':
        this.#at++;
        return { kind: token.text === 'sqrt' ? 'sqrt' : 'ln', of: this.#bracketed() };
      case 'operator':
        if (token.text !== '(') throw new Undecidable(`"${token.text}" out of place`);
        return this.#bracketed();
    }
  }

  #bracketed(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Undecidable('nested too deeply');
    const inner = this.#sum();
    if (this.#operator(')') === null) throw new Undecidable('a bracket too few');
    this.#depth--;
    return inner;
  }
}
