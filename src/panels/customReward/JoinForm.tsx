import { useState } from 'react';
import type { RewardStage } from '../../engine/index.ts';
import { MOST_CODE, MOST_TERMS } from '../../engine/rewards/custom/limits.ts';
import { nameFault } from '../../engine/rewards/custom/parse.ts';
import {
  editTerm,
  joinRecipe,
  startRun,
  useConfigChanges,
  useCustomReward,
  useCustomTerms,
  useSession,
} from '../../state/index.ts';
import type { EditedTerm, Trial } from '../../state/index.ts';
import { Button, FormField } from '../../ui/index.ts';

/** Why the term may not join yet; null: it may. */
function obstacle({ code, name }: EditedTerm, trial: Trial | null, terms: number): string | null {
  if (code.length > MOST_CODE) return `The code has ${code.length} characters; ${MOST_CODE} is the most.`;
  const named = nameFault(name, []);
  if (named !== null) return named;
  if (terms >= MOST_TERMS) return `The recipe has ${MOST_TERMS} custom terms, the most it can hold.`;
  if (!trial?.results || trial.code !== code) return 'Try this very code on a group first.';
  return trial.results.every(({ error }) => error !== null)
    ? 'It failed on every response of the group it was tried on.'
    : null;
}

/** Name, stage and weight of the term, and its way into the draft's recipe. */
export function JoinForm() {
  const edited = useCustomReward((state) => state.edited);
  const trial = useCustomReward((state) => state.trial);
  const terms = useCustomTerms();
  const [stage, setStage] = useState<RewardStage>('perception');
  const [weightText, setWeight] = useState('0.2');
  const weight = Number(weightText.trim().replace(',', '.'));
  const isWeight = weightText.trim() !== '' && Number.isFinite(weight) && Math.abs(weight) <= 10;
  const inStage = terms.filter((placed) => placed.stage === stage);
  const isThere = inStage.some(({ term }) => term.name === edited.name);
  const reason = obstacle(edited, trial, isThere ? 0 : inStage.length);
  return (
    <section className="cr-section" aria-label="Join a recipe">
      <header className="cr-head">
        <h3>2. Join it to a recipe</h3>
      </header>
      <div className="cr-fields">
        <FormField
          label="Name"
          definition="What the term is called in waterfall, charts and records, after “custom:”."
        >
          {(field) => (
            <input
              {...field}
              className="ui-input"
              value={edited.name}
              spellCheck={false}
              onChange={(event) => editTerm({ name: event.target.value })}
            />
          )}
        </FormField>
        <FormField label="Stage" definition="Whose reward the term is added to.">
          {(field) => (
            <select
              {...field}
              className="ui-input"
              value={stage}
              onChange={(event) => setStage(event.target.value === 'reasoning' ? 'reasoning' : 'perception')}
            >
              <option value="perception">perception</option>
              <option value="reasoning">reasoning</option>
            </select>
          )}
        </FormField>
        <FormField
          label="Weight"
          definition="The term's value times this is added to the reward. Below 0 it is a punishment."
          error={isWeight ? null : `“${weightText}” will not do; give a number from −10 to 10.`}
        >
          {(field) => (
            <input
              {...field}
              className="ui-input"
              inputMode="decimal"
              value={weightText}
              onChange={(event) => setWeight(event.target.value)}
            />
          )}
        </FormField>
      </div>
      <div className="cr-actions">
        <Button
          variant="primary"
          disabled={reason !== null || !isWeight}
          onClick={() => joinRecipe(stage, { name: edited.name, weight, code: edited.code })}
        >
          {isThere ? 'Replace it in the recipe' : 'Join the recipe'}
        </Button>
        {reason !== null && <span className="cr-quiet">{reason}</span>}
        <Waiting />
      </div>
    </section>
  );
}

/** That the draft's terms are not the run's, and the way into it. */
function Waiting() {
  const isBusy = useSession((state) => state.status === 'booting');
  const isChanged = useConfigChanges().some(({ path }) => /^recipes\.\w+\.custom/.test(path));
  if (!isChanged) return null;
  return (
    <>
      <span role="status">The run does not have this yet.</span>
      <Button variant="primary" disabled={isBusy} onClick={() => startRun(false)}>
        Apply &amp; restart
      </Button>
    </>
  );
}
