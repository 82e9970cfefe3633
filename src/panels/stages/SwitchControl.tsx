import { leaveLesson, switchStage, undoSwitch, useLocked, useSession } from '../../state/index.ts';
import { Button, Locked } from '../../ui/index.ts';

/** Switches the stage by hand, now. */
export function SwitchControl() {
  const stage = useSession((state) => state.stage);
  const rule = useSession((state) => state.config.stageSwitch);
  const both = useSession((state) => state.config.stages === 'both');
  const isReady = useSession(
    (state) => state.run !== null && state.phase !== 'split' && state.status !== 'booting',
  );
  const canUndo = useSession((state) => state.canUndoSwitch);
  const since = useSession((state) => state.step - (state.stageChanges.at(-1)?.atStep ?? 0));
  const isLocked = useLocked('stages');
  const other = stage === 'perception' ? 'reasoning' : 'perception';
  const plan = {
    manual: 'The plan leaves the switch to you.',
    steps:
      rule.when === 'steps' ? `The plan switches after ${rule.perceptionSteps} steps of perception.` : '',
    plateau: 'The plan switches when the reward of perception flattens.',
  }[rule.when];
  return (
    <div className="stages-switch">
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <Button disabled={!isReady} onClick={() => switchStage(other)} data-command="switchStage">
          Switch to {other} now
        </Button>
        {canUndo && (
          <Button disabled={!isReady} onClick={undoSwitch} data-command="undoSwitch">
            Undo the switch
            {since > 0 && ` (drops ${since} ${since === 1 ? 'step' : 'steps'})`}
          </Button>
        )}
      </Locked>
      <p>
        {both ? plan : 'This run trains one stage only.'} A switch drops the step in progress, makes the
        policy as it is now the reference of the KL, and starts the optimiser afresh.
        {!isReady && ' Possible once the split is done.'}
      </p>
    </div>
  );
}
