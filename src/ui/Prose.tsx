import { Fragment, type ReactNode } from 'react';

/** A text with `code` between backticks and *emphasis* between asterisks; nothing else is markup. */
export function Prose({ text }: { readonly text: string }) {
  return text
    .split(/(`[^`]+`|\*[^*\s](?:[^*]*[^*\s])?\*)/)
    .map((part, at) => <Fragment key={at}>{markup(part)}</Fragment>);
}

function markup(part: string): ReactNode {
  const inner = part.slice(1, -1);
  if (/^`.+`$/.test(part)) return <code>{inner}</code>;
  return /^\*.+\*$/.test(part) ? <em>{inner}</em> : part;
}
