interface OnlyChoiceProps {
  readonly title: string;
  /** What is chosen from: values, kinds of questions. */
  readonly what: string;
  readonly possible: readonly string[];
  /** null: all. */
  readonly only: readonly string[] | null;
  readonly onChange: (only: readonly string[] | null) => void;
  readonly 'aria-describedby': string | undefined;
}

const words = (name: string): string => name.replaceAll('_', ' ');

/** All of a few names, or some of them, folded behind what is chosen. */
export function OnlyChoice({ title, what, possible, only, onChange, ...described }: OnlyChoiceProps) {
  // A name that is not possible can be taken away, no other one can be had.
  const shown = [...possible, ...(only ?? []).filter((name) => !possible.includes(name))];
  const toggle = (name: string): void => {
    const chosen = only ?? possible;
    onChange(
      chosen.includes(name)
        ? chosen.filter((each) => each !== name)
        : shown.filter((each) => each === name || chosen.includes(each)),
    );
  };
  return (
    <details className="stages-warmup-only">
      <summary {...described}>
        {only === null ? `all ${what}` : only.length === 0 ? `no ${what}` : only.map(words).join(', ')}
      </summary>
      <div role="group" aria-label={`Which ${what}, ${title}`}>
        <label>
          <input
            type="checkbox"
            checked={only === null}
            onChange={(event) => onChange(event.target.checked ? null : possible)}
          />
          all
        </label>
        {shown.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              disabled={only === null}
              checked={only === null || only.includes(name)}
              onChange={() => toggle(name)}
            />
            {words(name)}
          </label>
        ))}
      </div>
    </details>
  );
}
