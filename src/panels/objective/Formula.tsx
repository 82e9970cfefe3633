import { useMemo, useSyncExternalStore } from 'react';
import type Katex from 'katex';
import type { Formula as FormulaText } from './tex.ts';

/** KaTeX once it has come; until then, and if it never does, formulas are their text. */
let katex: typeof Katex | null = null;
let asked = false;
const waiting = new Set<() => void>();

async function load(): Promise<void> {
  try {
    const [module] = await Promise.all([import('katex'), import('katex/dist/katex-swap.min.css')]);
    katex = module.default;
  } catch {
    // Formulas stay text, which says the same; the next formula that is shown asks again.
    asked = false;
    return;
  }
  for (const wake of waiting) wake();
}

function subscribe(wake: () => void): () => void {
  waiting.add(wake);
  if (!asked) {
    asked = true;
    void load();
  }
  return () => waiting.delete(wake);
}

/** A formula set by KaTeX, with its text for screen readers. It breaks at its relations where the room is short. */
export function Formula({ of }: { readonly of: FormulaText }) {
  const renderer = useSyncExternalStore(subscribe, () => katex);
  const html = useMemo(
    () =>
      renderer?.renderToString(`\\displaystyle ${of.tex}`, {
        output: 'html',
        throwOnError: false,
        // The one command that the sources here use and that KaTeX asks leave for: a class on the branch taken.
        trust: ({ command }) => command === '\\htmlClass',
        strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'warn'),
      }),
    [renderer, of.tex],
  );
  if (html === undefined) return <span className="ob-formula ob-formula-text">{of.text}</span>;
  return (
    <span className="ob-formula">
      <span className="ui-visually-hidden">{of.text}</span>
      {/* KaTeX escapes what it sets, and the sources are our own. */}
      <span aria-hidden="true" dangerouslySetInnerHTML={{ __html: html }} />
    </span>
  );
}
