import { useState } from 'react';

export interface Action {
  /** What is being done, in words; null: nothing. */
  readonly busy: string | null;
  /** What went wrong last. */
  readonly failure: string | null;
  /** What came of it, where the page does not show it by itself. */
  readonly done: string | null;
  /** Does something that takes time; its text is shown meanwhile, its result afterwards. */
  readonly run: (busy: string, work: (say: (text: string) => void) => Promise<string | null>) => void;
  readonly dismiss: () => void;
}

/** One action of the reader's at a time, with its progress and its outcome. */
export function useAction(): Action {
  const [state, setState] = useState<Pick<Action, 'busy' | 'failure' | 'done'>>(NOTHING);
  return {
    ...state,
    run: (busy, work) => {
      setState({ ...NOTHING, busy });
      work((text) => setState({ ...NOTHING, busy: text })).then(
        (done) => setState({ ...NOTHING, done }),
        (error: unknown) =>
          setState({ ...NOTHING, failure: error instanceof Error ? error.message : String(error) }),
      );
    },
    dismiss: () => setState(NOTHING),
  };
}

const NOTHING = { busy: null, failure: null, done: null };
