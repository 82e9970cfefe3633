import { useDeferredValue, useMemo, useState } from 'react';
import { findEntries, type GlossaryEntry } from './glossary.ts';

const KINDS: Readonly<Record<GlossaryEntry['kind'], string>> = {
  method: 'method',
  metric: 'metric',
  field: 'setting',
};

/** Every word with its meaning, found as one types. */
export function Glossary({ entries }: { readonly entries: readonly GlossaryEntry[] }) {
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query);
  const found = useMemo(() => findEntries(entries, wanted), [entries, wanted]);
  return (
    <section className="help-section help-glossary" aria-label="Glossary">
      <h3>Glossary</h3>
      <p className="help-find">
        <input
          type="search"
          className="ui-input"
          aria-label="Find in the glossary"
          placeholder="kl, zero-signal, group size …"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <span role="status" data-testid="glossary-count">
          {found.length} of {entries.length}
        </span>
      </p>
      {found.length === 0 && <p className="help-quiet">No word, metric or setting has that in it.</p>}
      <dl data-testid="glossary">
        {found.map((entry) => (
          <Entry key={`${entry.kind} ${entry.term} ${entry.at}`} entry={entry} />
        ))}
      </dl>
    </section>
  );
}

function Entry({ entry: { kind, term, at, unit, definition, hint } }: { readonly entry: GlossaryEntry }) {
  return (
    <div>
      <dt>
        {term} <span className="help-kind">{KINDS[kind]}</span>
        {at !== null && (kind === 'metric' ? <code>{at}</code> : <span className="help-quiet">{at}</span>)}
        {unit !== '' && <span className="help-quiet">{unit}</span>}
      </dt>
      <dd>
        {definition}
        {hint !== null && <span className="help-quiet"> {hint}</span>}
      </dd>
    </div>
  );
}
