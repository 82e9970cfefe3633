import type { CheckpointCard } from '../../engine/index.ts';
import { misfitOf, useSession, useWarmedStart } from '../../state/index.ts';
import { formatCompact, formatNumber } from '../../ui/index.ts';
import { TeacherFaults } from './TeacherFaults.tsx';

/** Which weights the run starts from, what was measured of them, and which faults their teacher had. */
export function ModelCard() {
  const run = useSession((state) => state.run);
  const card = useSession((state) => state.card);
  const parameters = useSession((state) => state.parameterCount);
  const warmed = useWarmedStart();
  if (!run) return null;
  const misfit = run.tasks.origin === 'built-in' ? misfitOf(run.checkpointName, run.tasks.name) : null;
  return (
    <section className="setup-model" aria-label="Model">
      <h3>
        Model{' '}
        <span>
          {run.checkpointName}
          {warmed && ', warmed up here'}
        </span>
      </h3>
      <p>
        <strong data-testid="parameter-count">{formatCompact(parameters)}</strong> parameters ·{' '}
        {run.imageSize} px image → {(run.imageSize / run.tokenPixels) ** 2} image tokens · SmolVLM
        architecture
      </p>
      {run.tasks.origin === 'imported' && card && (
        <p data-testid="foreign-pictures">
          <strong>Weak here:</strong> this model has only ever seen {card.name === 'nano' ? 'simple ' : ''}
          drawn scenes. On your pictures it says what it knows; the run is real, its rewards may hardly rise.
        </p>
      )}
      {misfit && (
        <p data-testid="model-misfit">
          <strong>Weak here:</strong> these weights were made for {misfit.knows} and are asked about{' '}
          {misfit.asked}. The numbers below were measured on {misfit.knows}.
        </p>
      )}
      {card && <Measured measured={card.measured} />}
      {card?.faults && <TeacherFaults faults={card.faults} />}
    </section>
  );
}

/** What a reader needs first; everything else measured unfolds. */
const FIRST = ['accuracy', 'description_f1', 'keyword_recall', 'format'];

function Measured({ measured }: { readonly measured: CheckpointCard['measured'] }) {
  const entries = Object.entries(measured);
  const first = entries.filter(([name]) => FIRST.includes(name));
  const rest = entries.filter(([name]) => !FIRST.includes(name));
  return (
    <>
      <Numbers entries={first} />
      {rest.length > 0 && (
        <details>
          <summary>All measured numbers, before RL</summary>
          <Numbers entries={rest} />
        </details>
      )}
    </>
  );
}

function Numbers({ entries }: { readonly entries: readonly (readonly [string, number])[] }) {
  return (
    <dl className="setup-measured">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>{formatNumber(value, 2)}</dd>
        </div>
      ))}
    </dl>
  );
}
