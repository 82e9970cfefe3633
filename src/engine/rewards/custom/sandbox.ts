/**
 * QuickJS, compiled to wasm, as the place where custom terms run. Its global object holds the language and nothing of
 * ours; no function of the host is ever given in, so there is no network, storage, clock, chance or page to reach.
 * Every response gets a runtime of its own: nothing a term leaves behind meets the next one.
 */
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import { DEADLINE_MS, MEMORY_BYTES, STACK_BYTES, WORK_CHECKS } from './limits.ts';
import { describeThrown, readResult, type Reader } from './readResult.ts';
import { failed, type CustomInput, type CustomResult } from './types.ts';

/** The language without Date, whose clock would make a value depend on when it was computed. */
const INTRINSICS = {
  BaseObjects: true,
  Eval: true,
  StringNormalize: true,
  RegExp: true,
  RegExpCompiler: true,
  JSON: true,
  MapSet: true,
  TypedArrays: true,
  Promise: true,
  Proxy: true,
  BigInt: true,
};

/** How the error of a response that went over its limit of work or time begins. */
export const STOPPED = 'stopped: ';

/** Run before the code, so that it holds the language's own functions whatever the code does to them. */
const PRELUDE = `'use strict';
Math.random = () => {
  throw new Error('there is no chance here: a term gives the same value whenever it is asked');
};
const call = Function.prototype.call;
[JSON.parse, (object, key) => object[key], call.bind(String.prototype.slice)]`;

export class Sandbox {
  readonly #quickJs: QuickJSWASMModule;

  private constructor(quickJs: QuickJSWASMModule) {
    this.#quickJs = quickJs;
  }

  static async load(wasm: WebAssembly.Module): Promise<Sandbox> {
    const loaded = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule: wasm }));
    return new Sandbox(loaded);
  }

  /**
   * One call of the code's `score`. Whatever the code does is a result; a throw means that the sandbox itself broke
   * and must be loaded anew. It does not return while one native function of the language runs.
   */
  run(code: string, input: CustomInput): CustomResult {
    const runtime = this.#quickJs.newRuntime();
    runtime.setMemoryLimit(MEMORY_BYTES);
    runtime.setMaxStackSize(STACK_BYTES);
    let checks = 0;
    let isLate = false;
    const deadline = performance.now() + DEADLINE_MS;
    // Both stay exceeded, so that reading what is left of the result ends at once too.
    runtime.setInterruptHandler(() => {
      isLate ||= performance.now() > deadline;
      return ++checks > WORK_CHECKS || isLate;
    });
    const context = runtime.newContext({ intrinsics: INTRINSICS });
    const held: QuickJSHandle[] = [];
    const hold = (handle: QuickJSHandle): QuickJSHandle => {
      held.push(handle);
      return handle;
    };
    try {
      const result = score(context, hold, code, input);
      if (isLate) return failed(`${STOPPED}it took longer than ${DEADLINE_MS / 1000} s`);
      if (checks <= WORK_CHECKS) return result;
      return failed(
        `${STOPPED}it did not come to an end within ${WORK_CHECKS / 100} million turns of loops or calls`,
      );
    } finally {
      for (const handle of held) handle.dispose();
      context.dispose();
      runtime.dispose();
    }
  }
}

/** Evaluates the code, calls its `score`, and reads what came back, one checked property at a time. */
function score(
  context: QuickJSContext,
  hold: (handle: QuickJSHandle) => QuickJSHandle,
  code: string,
  input: CustomInput,
): CustomResult {
  const evaluate = (text: string, file: string) => {
    const outcome = context.evalCode(text, file, { type: 'global' });
    return outcome.error ? { error: hold(outcome.error) } : { value: hold(outcome.value) };
  };
  const call = (of: QuickJSHandle, ...args: QuickJSHandle[]) => {
    const outcome = context.callFunction(of, context.undefined, ...args);
    return outcome.error ? { error: hold(outcome.error) } : { value: hold(outcome.value) };
  };
  const prelude = evaluate(PRELUDE, 'prelude.js');
  if (!prelude.value) throw new Error('The sandbox does not understand its own prelude.');
  const [parse, get, slice] = [0, 1, 2].map((index) => hold(context.getProp(prelude.value, index)));
  const reader: Reader = {
    context,
    get: (object, key) =>
      call(get, object, hold(typeof key === 'number' ? context.newNumber(key) : context.newString(key))),
    cut: (text, most) => call(slice, text, hold(context.newNumber(0)), hold(context.newNumber(most))),
  };
  const { text, tokens, ...sample } = input;
  const [sampleValue, response] = [sample, { text, tokens }].map((value) =>
    call(parse, hold(context.newString(JSON.stringify(value)))),
  );
  if (!sampleValue.value || !response.value)
    return failed('the sample and the response do not fit its memory');
  const ran = evaluate(code, 'term.js');
  if (ran.error) return failed(describeThrown(reader, ran.error));
  // `const score = …` makes no property of the global object, but the next script sees it.
  const found = evaluate("typeof score === 'function' ? score : undefined", 'term.js');
  if (!found.value || context.typeof(found.value) !== 'function') {
    return failed('the code has no function called score; write: function score(sample, response) { … }');
  }
  const returned = call(found.value, sampleValue.value, response.value);
  return returned.error
    ? failed(describeThrown(reader, returned.error))
    : readResult(reader, returned.value, text.length);
}
