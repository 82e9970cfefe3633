interface Change {
  /** Dotted path in TrainConfig. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

interface ChangeListProps {
  readonly changes: readonly Change[];
  /** How many are listed; the others are counted. */
  readonly most?: number;
  /** What the page calls a field; without it, or for one it does not name, the path stands. */
  readonly labelOf?: (path: string) => string | undefined;
}

/** Differences between two configs, a line each: field, before → after. */
export function ChangeList({ changes, most = 6, labelOf }: ChangeListProps) {
  return (
    <ul className="ui-changes">
      {changes.slice(0, most).map(({ path, from, to }) => (
        <li key={path}>
          {labelOf?.(path) ?? <code>{path}</code>} {fieldText(from, path)} → {fieldText(to, path)}
        </li>
      ))}
      {changes.length > most && <li>and {changes.length - most} more</li>}
    </ul>
  );
}

/** The value of a config's field in words. */
export function fieldText(value: unknown, path: string): string {
  if (path.endsWith('.custom')) return showTerms(value);
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Custom terms by name and weight; their code is for the Custom reward tab. */
function showTerms(value: unknown): string {
  const terms = (value ?? []) as readonly { readonly name: string; readonly weight: number }[];
  return terms.length === 0 ? 'none' : terms.map(({ name, weight }) => `${name} × ${weight}`).join(', ');
}
