import { useOwnSamples } from '../../../state/index.ts';

const PROBLEMS_SHOWN = 8;

/** What became of the samples that came back from a zip. */
export function BroughtLine() {
  const brought = useOwnSamples((state) => state.brought);
  if (!brought) return null;
  const { added, taken, problems } = brought;
  return (
    <div role="status" data-testid="own-brought">
      <p>
        {added === 1 ? '1 sample' : `${added} samples`} added.
        {taken.length > 0 &&
          ` Already in your list, which stays as it is: ${taken.join(', ')}. Remove yours first to take ${taken.length === 1 ? 'it' : 'them'}.`}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
          {problems.length > PROBLEMS_SHOWN && <li>and {problems.length - PROBLEMS_SHOWN} more</li>}
        </ul>
      )}
    </div>
  );
}
