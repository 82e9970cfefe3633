/** What code in the sandbox can do, and what it cannot reach. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_TERMS } from './examples.ts';
import { Sandbox } from './sandbox.ts';
import type { CustomInput } from './types.ts';

const wasm = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
const INPUT: CustomInput = {
  problem: 'How many red cubes are there?',
  answer: '2',
  key_words: ['red cube', 'blue ball'],
  text: '### Image Description: 2 Red cubes.\n### The final answer is: 2',
  tokens: 18,
};
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.load(await WebAssembly.compile(readFileSync(wasm)));
});
const run = (code: string, input = INPUT) => sandbox.run(code, input);
/** The value of an expression in the sandbox, as text. */
const seen = (expression: string) =>
  run(`function score(sample, response) { return { value: 1, evidence: String(${expression}) } }`).note;

describe('a term', () => {
  it('sees sample and response, and gives a value with its evidence', () => {
    expect(seen('JSON.stringify([sample, response])')).toBe(
      JSON.stringify([
        { problem: INPUT.problem, answer: '2', key_words: INPUT.key_words },
        { text: INPUT.text, tokens: 18 },
      ]),
    );
    expect(
      run('const score = (s, r) => ({ value: 0.25, evidence: [{ start: 4, end: 9, label: "here" }] })'),
    ).toEqual({
      value: 0.25,
      note: '',
      spans: [{ start: 4, end: 9, label: 'here' }],
      error: null,
    });
    expect(run('function score() { return { value: 1 } }')).toMatchObject({ value: 1, note: '', spans: [] });
  });

  it.each(EXAMPLE_TERMS)('of the examples runs: $name', ({ name, code }) => {
    const result = run(code);
    expect(result.error).toBeNull();
    expect([name, result.value]).toEqual([
      name,
      { brevity: 1, 'every-colour': 0.5, 'number-answer': 1 }[name],
    ]);
    for (const { start, end, label } of result.spans) {
      expect([INPUT.text.slice(start, end).toLowerCase(), '2']).toContain(label === 'a number' ? '2' : label);
    }
  });

  it('keeps any character: offsets are those of the text', () => {
    const text = 'é😀\ud800x';
    const code =
      'const score = (s, r) => ({ value: 1, evidence: [{ start: r.text.indexOf("x"), end: r.text.length }] })';
    expect(run(code, { ...INPUT, text }).spans).toEqual([{ start: 4, end: 5, label: '' }]);
  });
});

describe('nothing of ours is in reach', () => {
  const NAMES = [
    'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'indexedDB', 'localStorage', 'caches', 'navigator',
    'WebAssembly', 'importScripts', 'Worker', 'SharedArrayBuffer === undefined ? undefined : postMessage', 'self',
    'window', 'document', 'process', 'require', 'module', 'Deno', 'setTimeout', 'console', 'crypto', 'performance',
    'Date', 'std', 'os', 'print', 'scriptArgs', 'Module', 'Buffer', 'global',
  ]; // prettier-ignore
  it.each(NAMES)('%s', (name) => {
    expect(seen(`(() => { try { return typeof (${name}) } catch (error) { return error.name } })()`)).toMatch(
      /^(undefined|ReferenceError)$/,
    );
  });

  it('by way of functions, their constructors, the global object or its prototypes', () => {
    for (const way of [
      'globalThis',
      'Function("return this")()',
      '(0, eval)("this")',
      'score.constructor("return this")()',
      'sample.constructor.constructor("return this")()',
      'response.text.constructor.constructor("return this")()',
      '(async () => {}).constructor("return this")() && globalThis',
      'Object.getPrototypeOf(function* () {}).constructor("return this")().next().value ?? globalThis',
      'Reflect.ownKeys(sample).constructor.constructor("return this")()',
    ]) {
      expect(seen(`(${way}) === globalThis`), way).toBe('true');
    }
    const own = 'Object.getOwnPropertyNames(globalThis).filter((name) => !/^[A-Z]/.test(name)).sort()';
    expect(seen(`${own}.filter((name) => name !== 'score')`).split(',')).toEqual([
      'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis',
      'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined', 'unescape',
    ]); // prettier-ignore
  });

  it('import() brings no module', () => {
    const code = `let seen = 'none'; import('fs').then((m) => (seen = 'module'), (e) => (seen = 'refused'));
      function score() { return { value: 1, evidence: seen } }`;
    expect(run(code)).toMatchObject({ value: 1, note: 'none' });
    expect(run('import fs from "fs"; function score() { return { value: 1 } }').error).toMatch(/SyntaxError/);
  });

  it('has no chance and no clock', () => {
    expect(run('function score() { return { value: Math.random() } }').error).toMatch(
      /there is no chance here/,
    );
    expect(run('function score() { return { value: Date.now() / 1e15 } }').error).toMatch(
      /^ReferenceError: 'Date' is not defined \(line 1\)/,
    );
  });

  it('what one call pollutes is gone in the next, and outside', () => {
    const code = `
      Object.prototype.polluted = 1; Array.prototype.push = () => 7; JSON.parse = JSON.stringify = null;
      String.prototype.slice = () => 'mine'; Function.prototype.call = null; globalThis.count = (globalThis.count ?? 0) + 1;
      Object.defineProperty(Object.prototype, 'evidence', { get() { return 'from the prototype' } });
      function score(sample) { sample.key_words.length = 0; sample.answer = 'x'; return { value: count / 2 } }`;
    const first = run(code);
    expect(first).toMatchObject({ value: 0.5, note: 'from the prototype', error: null });
    expect(run(code)).toEqual(first);
    expect(INPUT.key_words).toHaveLength(2);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(seen('({}).polluted')).toBe('undefined');
  });
});

describe('code that goes too far', () => {
  const error = (code: string) => {
    const result = run(code);
    expect(result.value).toBeNull();
    return result.error;
  };
  it.each([
    ['an endless loop', 'function score() { for (;;); }', /^stopped: .* 2\.5 million turns/],
    ['one outside score', 'for (;;); function score() {}', /^stopped/],
    [
      'one that catches',
      'function score() { for (;;) try { for (;;); } catch {} finally { continue } }',
      /^stopped/,
    ],
    ['a pattern that backtracks', `const score = () => /^(a+)+$/.test('a'.repeat(40) + 'b')`, /^stopped/],
    ['an endless getter', 'const score = () => ({ get value() { for (;;); } })', /^stopped/],
    ['deep recursion', 'function score() { return score() }', /^calls itself too deeply \(line 1\)/],
    ['an allocation bomb', 'function score() { const a = [1]; for (;;) a.push({}) }', /^ran out of memory/],
    [
      'a doubling text',
      `function score() { let s = 'x'; for (;;) s += s }`,
      /^InternalError: string too long/,
    ],
    ['a huge text', `const score = () => 'x'.repeat(2 ** 29)`, /^ran out of memory/],
    ['a buffer', 'const score = () => new Uint8Array(1e9)', /^ran out of memory/],
  ])('%s', (_, code, message) => {
    expect(error(code)).toMatch(message);
    // The next one is well.
    expect(seen('1 + 1')).toBe('2');
  });

  it('a huge evidence is cut', () => {
    const { note } = run(`const score = () => ({ value: 1, evidence: 'é'.repeat(2e5) })`);
    expect(note).toBe(`${'é'.repeat(300)}…`);
    const { spans } = run(
      `const score = () => ({ value: 1, evidence: Array(1e5).fill({ start: 0, end: 1, label: 'x'.repeat(999) }) })`,
    );
    expect(spans).toHaveLength(64);
    expect(spans[0].label).toHaveLength(61);
  });
});

describe('results that are none', () => {
  it.each([
    ['', /no function called score/],
    ['let score = 3', /no function called score/],
    ['function score( {', /^SyntaxError: .* \(line 1\)/],
    [
      '\n\nfunction score(s) {\n  return s.no.thing }',
      /^TypeError: cannot read property 'thing' of undefined \(line 4\)/,
    ],
    ['function score() {}', /returned undefined; it must return \{value, evidence\}/],
    ['const score = () => 1', /returned a number/],
    ['const score = () => null', /returned null/],
    ['async function score() { return { value: 1 } }', /returned a Promise/],
    ['const score = () => ({})', /value is undefined; it must be a number/],
    ['const score = () => ({ value: "1" })', /value is a string/],
    ['const score = () => ({ value: NaN })', /value is NaN; it must be from 0 to 1/],
    ['const score = () => ({ value: Infinity })', /value is Infinity/],
    ['const score = () => ({ value: 1.5 })', /value is 1\.5/],
    ['const score = () => ({ value: -1e-9 })', /value is -1e-9/],
    ['const score = () => ({ value: 1n })', /value is a bigint/],
    ['const score = () => ({ value: { valueOf: () => 1 } })', /value is an object/],
    ['const score = () => ({ get value() { throw 1 } })', /"value" .* its getter threw/],
    ['const score = () => ({ value: 1, get evidence() { throw 1 } })', /"evidence" .* its getter threw/],
    ['const score = () => new Proxy({}, { get() { throw 1 } })', /its getter threw/],
    ['const score = () => ({ value: 1, evidence: 3 })', /evidence is a number; give a text or a list/],
    ['const score = () => ({ value: 1, evidence: {} })', /evidence is an object; give a text or a list/],
    ['const score = () => ({ value: 1, evidence: [7] })', /evidence\[0\] is a number/],
    ['const score = () => ({ value: 1, evidence: [{ start: 5, end: 4 }] })', /spans 5 to 4; .* ≤ 62/],
    ['const score = () => ({ value: 1, evidence: [{ start: 0, end: 999 }] })', /spans 0 to 999/],
    ['const score = () => ({ value: 1, evidence: [{ start: 0.5, end: 2 }] })', /spans 0\.5 to 2/],
    ['function score() { throw "no" }', /^threw “no”/],
    ['function score() { throw null }', /^threw null/],
    ['function score() { throw { get message() { throw 1 } } }', /cannot be read/],
    ['function score() { throw new RangeError("mine") }', /^RangeError: mine \(line 1\)/],
  ])('%s', (code, message) => {
    expect(run(code)).toMatchObject({ value: null, error: expect.stringMatching(message) as string });
  });

  it('makes no negative zero', () => {
    expect(Object.is(run('const score = () => ({ value: -0 })').value, 0)).toBe(true);
  });
});
