import { editTerm, leaveRecipe, useCustomTerms } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** The draft's custom terms. */
export function RecipeTerms() {
  const terms = useCustomTerms();
  return (
    <section className="cr-section" aria-label="Custom terms in the recipes">
      <header className="cr-head">
        <h3>In the recipes</h3>
      </header>
      {terms.length === 0 && <p className="cr-quiet">No custom term yet.</p>}
      <ul className="cr-terms" data-testid="recipe-terms">
        {terms.map(({ stage, term }) => (
          <li key={`${stage} ${term.name}`}>
            <span>
              <b>custom:{term.name}</b> × {term.weight} <span className="cr-quiet">in {stage}</span>
            </span>
            <Button
              aria-label={`Edit ${term.name} of ${stage}`}
              onClick={() => editTerm({ name: term.name, code: term.code })}
            >
              Edit
            </Button>
            <Button
              aria-label={`Remove ${term.name} from ${stage}`}
              onClick={() => leaveRecipe(stage, term.name)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
