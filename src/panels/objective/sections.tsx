import type { ReactNode } from 'react';
import { select, useShownImage } from '../../state/index.ts';
import { DataTable, ImageView, Sign, formatNumber } from '../../ui/index.ts';
import { BEATS, BEAT_LABELS, isReached, type Beat, type Told } from './beats.ts';

interface SectionProps {
  readonly beat: Beat;
  readonly told: Told;
  /** The guide stands here. */
  readonly lit: boolean;
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/** One phase of the step; before the step has come to it, only what it will do. */
export function Section({ beat, told, lit, title, children }: SectionProps) {
  const reached = isReached(beat, told.shown.done);
  return (
    <section
      className="ob-section"
      data-beat={beat}
      data-lit={lit}
      data-reached={reached}
      aria-label={BEAT_LABELS[beat]}
      data-testid={`objective-${beat}`}
    >
      <h3>
        <span className="ob-number" aria-hidden="true">
          {BEATS.indexOf(beat) + 1}
        </span>
        {title}
      </h3>
      {reached ? children : <p className="ob-quiet">Comes with this phase of the step.</p>}
    </section>
  );
}

interface BeatProps {
  readonly told: Told;
  readonly lit: boolean;
}

const IMAGE_WIDTH = 96;

/** The question as it was drawn. */
export function SampleSection({ told, lit }: BeatProps) {
  const group = told.shown.groups[told.group];
  const image = useShownImage(group.qid);
  return (
    <Section beat="sample" told={told} lit={lit} title="A question is drawn">
      <div className="ob-question">
        <ImageView image={image} size={IMAGE_WIDTH} alt={`Image of ${group.qid}`} />
        <div>
          <p>{group.problem.replaceAll('<image>', '').trim()}</p>
          <p className="ob-quiet">
            answer <code>{group.answer}</code> · key words{' '}
            {group.key_words.length === 0 ? 'none' : group.key_words.join(', ')} — known to the reward alone
          </p>
        </div>
      </div>
    </Section>
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The group's rollouts: choosing one changes what the rest of the page speaks of. */
export function RolloutSection({ told, lit }: BeatProps) {
  const { shown, group, rollout } = told;
  const { rollouts } = shown.groups[group];
  return (
    <Section
      beat="rollout"
      told={told}
      lit={lit}
      title={`It is answered ${rollouts.length || 'several'} times`}
    >
      <DataTable
        caption="Rollouts of the group"
        rows={rollouts.map((_, index) => index)}
        rowKey={(index) => index}
        selectedKey={rollout}
        onSelect={(index) => select({ step: shown.step, group, rollout: index })}
        columns={[
          { id: 'rollout', header: 'rollout', numeric: true, render: (index) => index + 1 },
          {
            id: 'response',
            header: 'response',
            render: (index) => <span className="ob-response">{rollouts[index].response}</span>,
          },
          {
            id: 'tokens',
            header: 'tokens',
            numeric: true,
            render: (index) =>
              `${rollouts[index].tokenIds.length}${rollouts[index].stopReason === 'length' ? ' (cut)' : ''}`,
          },
          {
            id: 'logProb',
            header: 'mean log-prob',
            numeric: true,
            render: (index) => formatNumber(meanOf(rollouts[index].decodeLogProbs)),
          },
        ]}
      />
    </Section>
  );
}

/** What the recipe pays the selected rollout, and the others beside it. */
export function ScoreSection({ told, lit }: BeatProps) {
  const { shown, group, rollout } = told;
  const { rollouts } = shown.groups[group];
  const one = rollouts.at(rollout);
  const terms = one?.terms?.filter(({ weight }) => weight !== 0) ?? [];
  return (
    <Section beat="score" told={told} lit={lit} title="Each answer is scored">
      <p className="ob-terms">
        {terms.map(({ name, value, weight }, i) => (
          <span key={name}>
            {i > 0 && ' + '}
            {formatNumber(weight)} · <b>{formatNumber(value)}</b> <small>{name}</small>
          </span>
        ))}{' '}
        = <b data-testid="objective-reward">{formatNumber(one?.reward, 4)}</b>
      </p>
      <p className="ob-quiet">
        the group’s rewards:{' '}
        {rollouts.map(({ reward }, i) => (
          <span key={i} className="ob-reward" data-selected={i === rollout}>
            {formatNumber(reward)}
          </span>
        ))}
      </p>
      {one?.advantage !== undefined && (
        <p className="ob-quiet">
          The terms’ evidence is in the inspector. Only the distance to the rest of the group counts from here
          on: <Sign value={one.advantage} /> after normalising.
        </p>
      )}
    </Section>
  );
}
