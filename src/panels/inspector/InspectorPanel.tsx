import { useMemo, useRef } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { DraftRollout } from '../../engine/index.ts';
import { rewardText } from '../../engine/rewards/rewardText.ts';
import { goLive, select, useIsRecorded, useSelection, useShownRun, useShownStep } from '../../state/index.ts';
import type { ShownStep } from '../../state/index.ts';
import {
  Button,
  EmptyState,
  MarkedText,
  Panel,
  Sign,
  Tooltip,
  Waterfall,
  evidenceMarks,
  formatNumber,
} from '../../ui/index.ts';
import { AdvantageSection } from './AdvantageSection.tsx';
import { EvidenceView } from './EvidenceView.tsx';
import { FigureButton } from './FigureButton.tsx';
import { PinButton } from './PinButton.tsx';
import { QuestionSection } from './QuestionSection.tsx';
import { Reconciled } from './Reconciled.tsx';
import { SiblingSection } from './SiblingSection.tsx';
import { TokenSection } from './TokenSection.tsx';
import { WhatIfSection } from './WhatIfSection.tsx';
import { checkReward, isScored } from './reconcile.ts';
import { useLook } from './useLook.ts';
import type { Look } from './useLook.ts';
import './inspector.css';

/** One rollout in full: what it saw, said and earned, and how that became its advantage. */
export function InspectorPanel() {
  const shown = useShownStep();
  const group = useSelection((selection) => selection.group);
  const rollout = useSelection((selection) => selection.rollout);
  const live = useSelection((selection) => selection.live);
  const asked = useSelection((selection) => selection.asked);
  const isRecorded = useIsRecorded();
  const groupAt = shown ? Math.min(group, shown.groups.length - 1) : -1;
  const rollouts = shown?.groups[groupAt]?.rollouts ?? [];
  const rolloutAt = Math.min(rollout, rollouts.length - 1);
  const figure = useRef<HTMLDivElement>(null);
  const token = useSelection((selection) => selection.token);
  const patch = useSelection((selection) => selection.patch);
  const look = useLook(shown?.step ?? 0, shown?.groups[groupAt] ?? null, rollouts[rolloutAt] ?? null);
  if (!shown || groupAt < 0) {
    return (
      <Panel title="Reward inspector" testId="inspector-panel" printed>
        <EmptyState title="Nothing to inspect yet">
          Once a step has been sampled, choose a rollout to see its image, tokens, reward and advantage.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel
      title="Reward inspector"
      testId="inspector-panel"
      printed
      note={
        <span data-testid="inspector-provenance">
          captured at step {shown.step}
          {asked !== null && ` (${asked} is not kept)`},{' '}
          <Tooltip
            definition="These numbers were kept when this very response was sampled and trained on."
            hint="Nothing here is computed again later; where a check does, it says whether it reconciles."
          >
            this decode
          </Tooltip>
          {isRecorded && ' of a recorded run'}
          {shown.done === 'update' ? '' : ' (step in progress)'}
        </span>
      }
      actions={
        <>
          <Stepper
            what="group"
            at={groupAt}
            count={shown.groups.length}
            onMove={(to) => select({ step: shown.step, group: to })}
          />
          <Stepper
            what="rollout"
            at={rolloutAt}
            count={rollouts.length}
            onMove={(to) => select({ step: shown.step, group: groupAt, rollout: to })}
          />
          <Button
            variant="quiet"
            aria-pressed={live}
            onClick={goLive}
            title={isRecorded ? 'The last step (G)' : 'Follow the newest step (G)'}
            data-testid="inspector-live"
          >
            {isRecorded ? 'last step' : 'live'}
          </Button>
          {shown.done === 'update' && !isRecorded && <PinButton step={shown.step} />}
          {rolloutAt >= 0 && (
            <FigureButton of={figure} step={shown.step} group={groupAt + 1} rollout={rolloutAt + 1} />
          )}
        </>
      }
    >
      <div className="in-sections" ref={figure}>
        <QuestionSection
          step={shown.step}
          group={shown.groups[groupAt]}
          rollout={rollouts[rolloutAt] ?? null}
          look={look}
          token={token}
          patch={patch}
        />
        {rolloutAt < 0 ? (
          <p className="in-quiet">This question has been drawn; its rollouts come with the next phase.</p>
        ) : (
          <RolloutSections shown={shown} group={groupAt} rollout={rolloutAt} look={look} />
        )}
      </div>
    </Panel>
  );
}

interface StepperProps {
  readonly what: string;
  readonly at: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
}

function Stepper({ what, at, count, onMove }: StepperProps) {
  return (
    <span className="in-stepper" data-testid={`inspector-${what}`}>
      <Button
        variant="quiet"
        aria-label={`Previous ${what}`}
        disabled={at <= 0}
        onClick={() => onMove(at - 1)}
      >
        <ChevronLeft size={14} aria-hidden />
      </Button>
      <span>
        {what} {at + 1}/{count}
      </span>
      <Button
        variant="quiet"
        aria-label={`Next ${what}`}
        disabled={at >= count - 1}
        onClick={() => onMove(at + 1)}
      >
        <ChevronRight size={14} aria-hidden />
      </Button>
    </span>
  );
}

function RolloutSections(props: {
  readonly shown: ShownStep;
  readonly group: number;
  readonly rollout: number;
  readonly look: Look;
}) {
  const { shown, group, rollout, look } = props;
  const objective = useShownRun((run) => run.config.objective);
  const patch = useSelection((selection) => selection.patch);
  const token = useSelection((selection) => selection.token);
  const record = shown.groups[group].rollouts[rollout];
  const advantages = useMemo(
    () => shown.groups.flatMap((of) => of.rollouts.flatMap((one) => one.advantage ?? [])),
    [shown.groups],
  );
  return (
    <>
      <RewardSection rollout={record} />
      <SiblingSection
        key={`${shown.step} ${group}`}
        rollouts={shown.groups[group].rollouts}
        rollout={rollout}
      />
      <AdvantageSection
        step={shown.step}
        groups={shown.groups}
        group={group}
        rollout={rollout}
        objective={objective}
      />
      <WhatIfSection
        step={shown.step}
        stage={shown.stage}
        groups={shown.groups}
        group={group}
        rollout={rollout}
        objective={objective}
      />
      <TokenSection
        step={shown.step}
        rollout={record}
        advantages={advantages}
        objective={objective}
        selected={token}
        look={look}
        patch={look.hoveredPatch ?? patch}
      />
      <TextSection rollout={record} />
    </>
  );
}

function RewardSection({ rollout }: { readonly rollout: DraftRollout }) {
  const check = useMemo(
    () => (isScored(rollout) ? checkReward(rollout.terms, rollout.reward) : null),
    [rollout],
  );
  return (
    <section className="in-section" data-testid="inspector-reward">
      <h3>
        Reward {rollout.reward !== undefined && <b>{formatNumber(rollout.reward, 4)}</b>}
        {rollout.advantage !== undefined && (
          <span className="in-head-advantage">
            advantage <Sign value={rollout.advantage} />
          </span>
        )}
      </h3>
      {isScored(rollout) && check ? (
        <>
          <Waterfall
            terms={rollout.terms}
            overall={rollout.reward}
            renderEvidence={(term) => <EvidenceView term={term} />}
          />
          <p className="in-formula">
            evidence gives {formatNumber(check.recomputed, 4)}{' '}
            <Reconciled difference={check.difference} testId="reconcile-reward" />
            {check.differing.length > 0 && ` — differs in ${check.differing.join(', ')}`}
          </p>
          {rollout.descriptionF1 != null && (
            <p className="in-quiet">
              description F1 {formatNumber(rollout.descriptionF1)} against the scene’s truth: a measure only,
              no reward reads it
            </p>
          )}
        </>
      ) : (
        <p className="in-quiet">Not scored yet: run the next phase.</p>
      )}
    </section>
  );
}

function TextSection({ rollout }: { readonly rollout: DraftRollout }) {
  const text = useMemo(() => rewardText(rollout.response), [rollout]);
  const marks = useMemo(() => evidenceMarks(rollout.terms ?? []), [rollout]);
  return (
    <section className="in-section" data-testid="inspector-text">
      <h3>Response as the reward reads it</h3>
      <p className="in-quiet">
        <span className="ui-marked">
          <mark data-kinds="heading">headings</mark> · <mark data-kinds="keyword">key words</mark> ·{' '}
          <mark data-kinds="answer">extracted answer</mark>
        </span>{' '}
        · whitespace around &lt; &gt; / is removed
      </p>
      <MarkedText text={text} marks={marks} />
    </section>
  );
}
