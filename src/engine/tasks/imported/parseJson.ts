/** JSON with an error that says where and what, the same in every engine (their own messages differ and often have no place). */

/** Where the text stops being JSON. */
export interface JsonFault {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** Index in the outermost array, null outside of one. */
  readonly record: number | null;
  readonly message: string;
}

type State = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'after';

const EXPECTED: Readonly<Record<Exclude<State, 'after'>, string>> = {
  value: 'a value',
  'first value': 'a value or "]"',
  key: 'a field name in double quotes',
  'first key': 'a field name in double quotes or "}"',
  colon: '":"',
};

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const WORD = /[-+]?[\w.$]+|./suy;

/** End of the string that opens at `from`, or where it breaks off (negative, minus one). */
function stringEnd(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code < 0x20) return -i - 1;
    if (code !== 0x5c) continue;
    i++;
    if (text[i] === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4;
    else if (!'"\\/bfnrt'.includes(text[i] ?? '?')) return -i - 1;
  }
  return -text.length - 1;
}

function advice(text: string, at: number, word: string): string {
  if (at >= text.length) return 'the file was cut short: save or download it again';
  if (/^[-+]?(nan|infinity|inf|none|undefined)$/i.test(word))
    return `${word} is no JSON value: write a text, a number or null`;
  if (/^(true|false)$/i.test(word)) return 'write true and false in lower case';
  if (word === "'") return 'JSON uses double quotes';
  if (word === '/' || word === '#') return 'JSON has no comments: remove it';
  if ((word === ']' || word === '}') && /,\s*$/.test(text.slice(Math.max(0, at - 200), at)))
    return 'remove the comma before it';
  if (text.charCodeAt(at) < 0x20) return 'inside a text write a line break as \\n and a tab as \\t';
  return 'correct it there';
}

function fault(text: string, at: number, expected: string, record: number | null): JsonFault {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  WORD.lastIndex = at;
  const word = at < text.length ? (WORD.exec(text)?.[0] ?? '') : '';
  const found = at < text.length ? JSON.stringify(word.slice(0, 30)) : 'the end of the file';
  return { line, column, record, message: `expected ${expected}, found ${found}; ${advice(text, at, word)}` };
}

/** First place where `text` breaks JSON's grammar (RFC 8259); null when it does not. */
export function findJsonFault(text: string): JsonFault | null {
  const open: ('[' | '{')[] = [];
  // Widened by hand: the loop's first pass would narrow it to 'value'.
  let state = 'value' as State;
  let record = 0;
  let at = 0;
  const fail = (where: number, expected: string) =>
    fault(text, where, expected, open[0] === '[' ? record : null);
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at])) at++;
    const letter = text[at];
    const inside = open.at(-1);
    if (state === 'after') {
      if (inside === undefined) {
        if (letter === undefined) return null;
        const lines =
          letter === '{' ? ' (one object a line is JSONL: put [ ] around and commas between)' : '';
        return fail(at, `the end of the file${lines}`);
      }
      const close = inside === '[' ? ']' : '}';
      if (letter === close) open.pop();
      else if (letter === ',') {
        state = inside === '[' ? 'value' : 'key';
        if (open.length === 1) record++;
      } else return fail(at, `"," or "${close}"`);
      at++;
    } else if (state === 'colon') {
      if (letter !== ':') return fail(at, EXPECTED.colon);
      state = 'value';
      at++;
    } else if ((state === 'first value' && letter === ']') || (state === 'first key' && letter === '}')) {
      open.pop();
      state = 'after';
      at++;
    } else if (letter === '"') {
      const end = stringEnd(text, at);
      if (end < 0) return fail(-end - 1, 'the rest of a text and its closing quote');
      state = state === 'key' || state === 'first key' ? 'colon' : 'after';
      at = end;
    } else if (state === 'key' || state === 'first key') {
      return fail(at, EXPECTED[state]);
    } else if (letter === '[' || letter === '{') {
      open.push(letter);
      state = letter === '[' ? 'first value' : 'first key';
      at++;
    } else {
      SCALAR.lastIndex = at;
      const scalar = SCALAR.exec(text);
      if (!scalar) return fail(at, EXPECTED[state]);
      state = 'after';
      at = SCALAR.lastIndex;
    }
  }
}

/** UTF-8 bytes → text, a byte order mark removed; throws on another encoding. */
export function decodeText(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Error('is UTF-16 text; save it as UTF-8');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('is not UTF-8 text; save it as UTF-8');
  }
}
