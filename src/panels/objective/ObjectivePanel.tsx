import { useMemo, useRef, useState } from 'react';
import { explainAdvantage, explainToken } from '../../engine/rl/explain/index.ts';
import type { ExplainedStep } from '../../engine/rl/explain/index.ts';
import {
  runCommand,
  useEnabled,
  useSelection,
  useSession,
  useShownRun,
  useShownStep,
} from '../../state/index.ts';
import type { ShownStep } from '../../state/index.ts';
import { Button, EmptyState, Panel } from '../../ui/index.ts';
import { AdvantageSection } from './AdvantageSection.tsx';
import { BEATS, sentence, type Beat, type Told } from './beats.ts';
import { Comparison } from './Comparison.tsx';
import { Guide } from './Guide.tsx';
import { RolloutSection, SampleSection, ScoreSection } from './sections.tsx';
import { UpdateSection } from './UpdateSection.tsx';
import './objective.css';

/** Between the guide and the section under it, px. */
const GAP = 12;

/** From a question to a change of the policy: one step with its own numbers in the formulas. */
export function ObjectivePanel() {
  const shown = useShownStep();
  const group = useSelection((selection) => selection.group);
  if (!shown || shown.groups.length === 0) return <Nothing />;
  return <Walk shown={shown} group={Math.min(group, shown.groups.length - 1)} />;
}

function Nothing() {
  const status = useSession((session) => session.status);
  const canStep = useEnabled('step');
  return (
    <Panel title="Objective" testId="objective-panel">
      {status === 'failed' ? (
        <EmptyState title="No run, no objective" tone="error">
          The engine did not start; the message at the top of the page says why.
        </EmptyState>
      ) : status === 'booting' ? (
        <EmptyState title="Loading the model…" tone="loading">
          The objective is explained with the numbers of a step.
        </EmptyState>
      ) : (
        <EmptyState
          title="No step to explain yet"
          action={
            <Button variant="primary" disabled={!canStep} onClick={() => runCommand('step')}>
              Run one step
            </Button>
          }
        >
          A step is explained with its own numbers in the formulas; with sub-steps, phase by phase as it goes.
        </EmptyState>
      )}
    </Panel>
  );
}

/** Scrolls the panel, and nothing around it, until the beat's section stands under the guide. */
function bringUp(sections: HTMLElement, beat: Beat): void {
  const body = sections.closest('.ui-panel-body');
  const guide = sections.previousElementSibling;
  const section = sections.querySelector(`[data-beat="${beat}"]`);
  if (!body || !guide || !section) return;
  // The guide sticks to the top of the body.
  const covered = body.getBoundingClientRect().top + guide.getBoundingClientRect().height;
  body.scrollTop += section.getBoundingClientRect().top - covered - GAP;
}

/** The token that is selected; without one, the least likely of the response, where there is most to see. */
function tokenAt(selected: number | null, logProbs: readonly number[]): number {
  if (selected !== null && selected < logProbs.length) return selected;
  return logProbs.reduce((least, logProb, t) => (logProb < logProbs[least] ? t : least), 0);
}

function Walk({ shown, group }: { readonly shown: ShownStep; readonly group: number }) {
  const config = useShownRun((run) => run.config);
  const running = useSession((session) => session.status === 'running');
  const { rollouts } = shown.groups[group];
  const rollout = Math.max(
    0,
    Math.min(
      useSelection((selection) => selection.rollout),
      rollouts.length - 1,
    ),
  );
  const selected = useSelection((selection) => selection.token);
  const one = rollouts.at(rollout);
  const token = tokenAt(selected, one?.logProbs ?? one?.decodeLogProbs ?? []);
  const step = useMemo(
    (): ExplainedStep => ({
      groups: shown.groups,
      config,
      hasReference: config.objective.klCoefficient !== 0,
      trained: true,
    }),
    [shown.groups, config],
  );
  const told = useMemo((): Told => {
    const place = { group, rollout, token };
    return {
      shown,
      ...place,
      advantage: explainAdvantage(step, place),
      steps: explainToken(step, place),
    };
  }, [shown, step, group, rollout, token]);

  // A choice holds until the step comes further; a draft then shows the phase it has just done.
  const far = shown.done === 'update' ? 'update' : `${shown.step} ${shown.done}`;
  const [chosen, setChosen] = useState<{ readonly beat: Beat; readonly far: string } | null>(null);
  // The step that was last watched phase by phase: once done, it stays at its last beat.
  const [watched, setWatched] = useState<number | null>(null);
  if (shown.done !== 'update' && !running && watched !== shown.step) setWatched(shown.step);
  const last = watched === shown.step ? 'update' : BEATS[0];
  const own: Beat = shown.done === 'update' ? last : shown.done;
  const beat = chosen?.far === far ? chosen.beat : own;
  const sections = useRef<HTMLDivElement>(null);
  const onBeat = (to: Beat): void => {
    setChosen({ beat: to, far });
    if (sections.current) bringUp(sections.current, to);
  };
  return (
    <Panel
      title="Objective"
      testId="objective-panel"
      note={
        <span data-testid="objective-provenance">
          captured at step {shown.step}
          {shown.done === 'update' ? '' : ' (step in progress)'} · question {group + 1} of{' '}
          {shown.groups.length}
          {one ? ` · rollout ${rollout + 1} of ${rollouts.length}` : ''}
        </span>
      }
    >
      <div className="ob-walk">
        <Guide beat={beat} done={shown.done} text={sentence(beat, told)} running={running} onBeat={onBeat} />
        <div className="ob-sections" ref={sections}>
          <SampleSection told={told} lit={beat === 'sample'} />
          <RolloutSection told={told} lit={beat === 'rollout'} />
          <ScoreSection told={told} lit={beat === 'score'} />
          <AdvantageSection told={told} objective={config.objective} lit={beat === 'advantage'} />
          <UpdateSection told={told} step={step} lit={beat === 'update'} />
          {told.steps && <Comparison step={step} place={{ group, rollout, token }} />}
        </div>
      </div>
    </Panel>
  );
}
