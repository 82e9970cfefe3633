/**
 * Reward terms that a user writes: JavaScript with `score(sample, response) → {value, evidence}`, run in QuickJS
 * compiled to wasm, in a thread of its own, with limits of memory, stack and work. What a term may see is CustomInput
 * and nothing else; what it gives is a number from 0 to 1 with a text or spans, or an error. The same code and
 * response give the same result, wherever and whenever.
 *
 * Words: **sandbox** QuickJS with nothing of ours in it · **thread** what the sandbox runs in and is ended with
 * · **batch** responses given to one code at once · **check** what work is counted in · **custom term** a term of a
 * recipe with its code; elsewhere it is a term like any other.
 */
export { runCustomCode, setSandboxThread, type SpawnThread } from './host.ts';
export { customInput } from './term.ts';
export { failed } from './types.ts';
export type { CustomInput, CustomResult, CustomTerm, TimedResult } from './types.ts';
