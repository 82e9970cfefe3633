import type { HackId } from '../../engine/rewards/gaming.ts';
import type { HackPreset } from '../../engine/rl/hackPresets.ts';
import {
  HACK_PRESETS,
  leaveLesson,
  NOT_LEARNED,
  revertDraft,
  setLayout,
  startRun,
  trainHack,
  useHackRun,
  useLocked,
  useSession,
} from '../../state/index.ts';
import { Button, Locked } from '../../ui/index.ts';
import { MeasuredTable } from './MeasuredTable.tsx';

/** The run that learns the hack, with what it gave; or why there is none. */
export function LearnedRun({ hack }: { readonly hack: HackId }) {
  const presets = HACK_PRESETS.filter((preset) => preset.hack === hack);
  if (presets.length === 0) return <p className="ha-quiet">{NOT_LEARNED[hack]}</p>;
  return presets.map((preset) => <PresetRun key={preset.id} preset={preset} />);
}

function PresetRun({ preset }: { readonly preset: HackPreset }) {
  const run = useHackRun(preset.id);
  const isLocked = useLocked('hacks');
  return (
    <section className="ha-learned" aria-label="A policy learns it" data-testid={`hack-run-${preset.id}`}>
      <h4>A policy learns it</h4>
      <p>{preset.explanation}</p>
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <RunActions preset={preset} />
      </Locked>
      <MeasuredTable preset={preset} isRun={run === 'applied'} />
      <p className="ha-quiet">
        <strong>Watch</strong> {preset.watch}
      </p>
      <p className="ha-quiet">{preset.remark}</p>
    </section>
  );
}

function RunActions({ preset }: { readonly preset: HackPreset }) {
  const run = useHackRun(preset.id);
  const step = useSession((state) => state.step);
  const isBooting = useSession((state) => state.status === 'booting');
  switch (run) {
    case 'none':
      return (
        <p className="ha-actions">
          <Button variant="primary" onClick={() => trainHack(preset.id)} disabled={isBooting}>
            Train this
          </Button>
          <span className="ha-quiet">
            {preset.config.preset} on {preset.config.tasks}, {preset.steps} steps in our run
          </span>
        </p>
      );
    case 'drafted':
      return (
        <p className="ha-actions" role="status">
          <span>
            Setup has these settings now. Applying them ends the present run, which stands at step {step}.
          </span>
          <Button variant="primary" onClick={() => startRun(true)} disabled={isBooting}>
            Apply &amp; restart
          </Button>
          <Button onClick={revertDraft}>Keep the run</Button>
        </p>
      );
    case 'applied':
      return (
        <p className="ha-actions" role="status">
          <span>
            This is the run under way: step {step}; ours went to {preset.steps}.
          </span>
          <Button onClick={() => setLayout({ tab: 'rollouts' })}>See its rollouts</Button>
        </p>
      );
    default:
      return run satisfies never;
  }
}
