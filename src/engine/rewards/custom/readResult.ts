/**
 * What `score` returned, read from outside: the code may return anything, a getter that throws or a proxy, so every
 * property is read once, inside the sandbox, and only plain numbers and texts come out.
 */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import { MOST_LABEL, MOST_NOTE, MOST_SPANS } from './limits.ts';
import { failed, type CustomResult, type CustomSpan } from './types.ts';

type Outcome =
  | { readonly value: QuickJSHandle; readonly error?: undefined }
  | { readonly error: QuickJSHandle; readonly value?: undefined };

/** Reading inside the sandbox; an error is what a getter threw. */
export interface Reader {
  readonly context: QuickJSContext;
  get(object: QuickJSHandle, key: string | number): Outcome;
  /** The text's first `most` characters. */
  cut(text: QuickJSHandle, most: number): Outcome;
}

/** Carries an error's text up to `readResult`; never leaves this file. */
class Unreadable extends Error {}

/** A result of the described shape; for any other, one whose error says what was wrong. `length` of the text. */
export function readResult(reader: Reader, returned: QuickJSHandle, length: number): CustomResult {
  const { context } = reader;
  const kind = kindOf(context, returned);
  if (kind !== 'an object') return failed(`score returned ${kind}; it must return {value, evidence}`);
  try {
    const value = need(reader, returned, 'value');
    if (context.typeof(value) !== 'number') {
      const isPromise = context.typeof(need(reader, returned, 'then')) === 'function';
      return failed(
        isPromise
          ? 'score returned a Promise; it must return {value, evidence} at once, for nothing is waited for'
          : `value is ${kindOf(context, value)}; it must be a number from 0 to 1`,
      );
    }
    const number = context.getNumber(value);
    if (!(number >= 0 && number <= 1)) return failed(`value is ${number}; it must be from 0 to 1`);
    // A negative zero would not survive a record's JSON.
    return { value: number + 0, error: null, ...readEvidence(reader, returned, length) };
  } catch (error) {
    if (error instanceof Unreadable) return failed(error.message);
    throw error;
  }
}

function readEvidence(
  reader: Reader,
  returned: QuickJSHandle,
  length: number,
): Pick<CustomResult, 'note' | 'spans'> {
  const { context } = reader;
  const evidence = need(reader, returned, 'evidence');
  switch (kindOf(context, evidence)) {
    case 'undefined':
    case 'null':
      return { note: '', spans: [] };
    case 'a string':
      return { note: textOf(reader, evidence, MOST_NOTE), spans: [] };
    case 'an object':
      return { note: '', spans: readSpans(reader, evidence, length) };
    default:
      throw new Unreadable(
        `evidence is ${kindOf(context, evidence)}; give a text or a list of {start, end, label}`,
      );
  }
}

function readSpans(reader: Reader, list: QuickJSHandle, length: number): CustomSpan[] {
  const count = numberOf(reader, list, 'length');
  if (count === null || !Number.isInteger(count) || count < 0) {
    throw new Unreadable('evidence is an object; give a text or a list of {start, end, label}');
  }
  return Array.from({ length: Math.min(count, MOST_SPANS) }, (_, index) => {
    const entry = need(reader, list, index);
    if (kindOf(reader.context, entry) !== 'an object') {
      throw new Unreadable(
        `evidence[${index}] is ${kindOf(reader.context, entry)}; give {start, end, label}`,
      );
    }
    const [start, end] = [numberOf(reader, entry, 'start'), numberOf(reader, entry, 'end')];
    const fits =
      Number.isInteger(start) && Number.isInteger(end) && start! >= 0 && start! < end! && end! <= length;
    if (start === null || end === null || !fits) {
      throw new Unreadable(
        `evidence[${index}] spans ${start ?? '?'} to ${end ?? '?'}; give whole numbers with 0 ≤ start < end ≤ ${length}, the text’s length`,
      );
    }
    const label = need(reader, entry, 'label');
    const isText = reader.context.typeof(label) === 'string';
    return { start, end, label: isText ? textOf(reader, label, MOST_LABEL) : '' };
  });
}

/** What the code threw, with its line where it is known: `TypeError: … (line 3)`. */
export function describeThrown(reader: Reader, thrown: QuickJSHandle): string {
  const { context } = reader;
  try {
    if (context.typeof(thrown) === 'string') return `threw “${textOf(reader, thrown, MOST_NOTE)}”`;
    if (kindOf(context, thrown) !== 'an object') return `threw ${kindOf(context, thrown)}`;
    const [name, message, stack] = ['name', 'message', 'stack'].map((key) => {
      const value = need(reader, thrown, key);
      return context.typeof(value) === 'string' ? textOf(reader, value, MOST_NOTE) : '';
    });
    const line = /term\.js:(\d+)/.exec(stack)?.[1];
    const at = line === undefined ? '' : ` (line ${line})`;
    if (name === 'InternalError' && message === 'out of memory') return `ran out of memory${at}`;
    if (name === 'InternalError' && message === 'stack overflow') return `calls itself too deeply${at}`;
    return `${name || 'threw an object'}${message && `: ${message}`}${at}`;
  } catch (error) {
    if (error instanceof Unreadable) return 'threw something that cannot be read';
    throw error;
  }
}

function need(reader: Reader, object: QuickJSHandle, key: string | number): QuickJSHandle {
  const outcome = reader.get(object, key);
  if (outcome.error) {
    throw new Unreadable(`${JSON.stringify(key)} of what score returned cannot be read: its getter threw`);
  }
  return outcome.value;
}

function numberOf(reader: Reader, object: QuickJSHandle, key: string): number | null {
  const value = need(reader, object, key);
  return reader.context.typeof(value) === 'number' ? reader.context.getNumber(value) : null;
}

function textOf(reader: Reader, text: QuickJSHandle, most: number): string {
  const { value } = reader.cut(text, most + 1);
  if (!value) throw new Unreadable('its text does not fit its memory');
  const known = reader.context.getString(value);
  return known.length > most ? `${known.slice(0, most)}…` : known;
}

function kindOf(context: QuickJSContext, value: QuickJSHandle): string {
  if (context.sameValue(value, context.null)) return 'null';
  const type = context.typeof(value);
  if (type === 'undefined') return type;
  return type === 'object' ? 'an object' : `a ${type}`;
}
