import type { CheckpointCard } from '../../engine/index.ts';
import { formatShare, SLIPS, Tooltip } from '../../ui/index.ts';

/** What the warm-up teacher took for something else, and how it slipped: of which values, on which questions, how often. */
export function TeacherFaults({ faults }: { readonly faults: NonNullable<CheckpointCard['faults']> }) {
  if (faults.perception.length + faults.reasoning.length === 0) return null;
  return (
    <>
      <h4>
        <Tooltip
          definition="The model learned from worked responses with these mistakes put in on purpose, so that there is something to mend."
          hint="Stage 1 must mend the perception faults, stage 2 the reasoning faults."
        >
          Planted faults of its teacher
        </Tooltip>
      </h4>
      <ul className="setup-faults" data-testid="teacher-faults">
        {faults.perception.map(({ attribute, values, p }, i) => (
          <li key={`p${i}`} data-stage="perception">
            <b>perception</b> {values ? `the ${attribute} ${values.join(', ')}` : `every ${attribute}`} is
            taken for another one, {formatShare(p)} of the time
          </li>
        ))}
        {faults.reasoning.map(({ slip, kinds, p }, i) => (
          <li key={`r${i}`} data-stage="reasoning">
            <b>reasoning</b> {SLIPS[slip] ?? slip.replaceAll('_', ' ')}, {formatShare(p)} of the time
            {kinds && `, on questions of the kind ${kinds.join(', ').replaceAll('_', ' ')}`}
          </li>
        ))}
      </ul>
    </>
  );
}
