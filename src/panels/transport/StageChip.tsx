import type { StageSwitch } from '../../engine/index.ts';
import { useSession } from '../../state/index.ts';

/** Steps of perception before the plan hands over; null where only the reader decides. */
function plannedSteps(rule: StageSwitch): number | null {
  switch (rule.when) {
    case 'manual':
      return null;
    case 'steps':
      return rule.perceptionSteps;
    case 'plateau':
      return rule.perceptionStepsMax;
    default:
      return rule satisfies never;
  }
}

/** The stage of the next step, and how far it is to its switch. */
export function StageChip() {
  const stage = useSession((state) => state.stage);
  const done = useSession((state) => state.stepInStage);
  const rule = useSession((state) => state.config.stageSwitch);
  const both = useSession((state) => state.config.stages === 'both');
  const planned = stage === 'perception' && both ? plannedSteps(rule) : null;
  const text =
    planned === null
      ? `step ${done} of this stage`
      : `${done} of ${planned}${rule.when === 'plateau' ? ' at most' : ''}`;
  return (
    <div className="transport-stage" data-stage={stage} data-testid="stage">
      <span className="transport-stage-name">{stage}</span>
      {planned !== null && (
        <progress max={planned} value={done} aria-label={`Steps of ${stage} until the switch`}>
          {done} of {planned}
        </progress>
      )}
      <span className="transport-quiet">{text}</span>
    </div>
  );
}
