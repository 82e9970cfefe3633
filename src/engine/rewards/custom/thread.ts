/** The inside of a sandbox's thread: requests in, a result a response out. */
import { failed, type CustomInput, type TimedResult } from './types.ts';
import { MOST_STOPPED } from './limits.ts';
import { Sandbox, STOPPED } from './sandbox.ts';

export interface ThreadRequest {
  readonly batch: number;
  readonly code: string;
  readonly inputs: readonly CustomInput[];
}

/** `ready` once; then the results of a batch in its order; `broken` when the sandbox cannot load. */
export type ThreadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly message: string }
  | { readonly type: 'result'; readonly batch: number; readonly index: number; readonly result: TimedResult };

/** Serves a thread; what it returns takes the requests. `wasm` brings QuickJS, compiled. */
export function serveSandbox(
  wasm: () => Promise<WebAssembly.Module>,
  reply: (message: ThreadReply) => void,
): (request: ThreadRequest) => void {
  const compiled = wasm();
  let sandbox = compiled.then((module) => Sandbox.load(module));
  sandbox.then(
    () => reply({ type: 'ready' }),
    (error: unknown) => reply({ type: 'broken', message: messageOf(error) }),
  );
  const answer = async ({ batch, code, inputs }: ThreadRequest): Promise<void> => {
    let stopped = 0;
    for (const [index, input] of inputs.entries()) {
      const from = performance.now();
      let result;
      try {
        result =
          stopped < MOST_STOPPED
            ? (await sandbox).run(code, input)
            : failed(`not run: ${MOST_STOPPED} responses before it in this batch had to be stopped`);
        if (result.error?.startsWith(STOPPED)) stopped += 1;
      } catch (error) {
        result = failed(`broke the sandbox: ${messageOf(error)}`);
        sandbox = compiled.then((module) => Sandbox.load(module));
      }
      reply({
        type: 'result',
        batch,
        index,
        result: { ...result, milliseconds: performance.now() - from },
      });
    }
  };
  let queue = Promise.resolve();
  return (request) => {
    queue = queue.then(() => answer(request));
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
