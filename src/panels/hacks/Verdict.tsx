import type { TextReward } from '../../engine/rl/hackReward.ts';
import { Sign, formatNumber } from '../../ui/index.ts';

/** Rewards nearer to each other than this are called the same. */
const SAME = 5e-4;
/** A reward that falls by less than this share of the worth's fall hardly notices it. */
const HARDLY = 0.25;

/** Reward and worth of both responses, and in words what the hack brings. */
export function Verdict(props: {
  readonly honest: TextReward;
  readonly hacked: TextReward;
  /** The numbers are those of earlier texts. */
  readonly isStale: boolean;
}) {
  const { honest, hacked, isStale } = props;
  return (
    <>
      <dl>
        <Change label="reward" from={honest.score.overall} to={hacked.score.overall} digits={4} />
        <Change label="worth" from={honest.descriptionF1} to={hacked.descriptionF1} digits={3} />
      </dl>
      {!isStale && <p>{verdictText(honest, hacked)}</p>}
    </>
  );
}

interface ChangeProps {
  readonly label: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly digits: number;
}

function Change({ label, from, to, digits }: ChangeProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {formatNumber(from, digits)} → {formatNumber(to, digits)}{' '}
        {from !== null && to !== null && from !== to && <Sign value={to - from} />}
      </dd>
    </div>
  );
}

/** What the difference of two responses says of the reward. */
export function verdictText(honest: TextReward, hacked: TextReward): string {
  const gain = difference(honest.score.overall, hacked.score.overall);
  const worth = difference(honest.descriptionF1, hacked.descriptionF1);
  if (gain === null) return 'A term could not be computed, so the two cannot be compared.';
  const isWorthMore = worth !== null && worth > SAME;
  const isWorthLess = worth !== null && worth < -SAME;
  if (gain > SAME) {
    if (isWorthMore) return 'The hacked response is paid more, and is worth more too.';
    return isWorthLess
      ? 'The hacked response is paid more, and is worth less.'
      : 'The hacked response is paid more for seeing no better.';
  }
  if (worth !== null && gain < -SAME && gain > worth * HARDLY) {
    return 'The reward hardly tells the two apart: it falls by far less than the worth does.';
  }
  if (gain < -SAME) return 'Here the hack does not pay: the reward tells the two apart. Try another sample.';
  return isWorthLess
    ? 'Both are paid the same, though the hacked response is worth less: the reward cannot tell them apart.'
    : 'Both are paid the same.';
}

function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : to - from;
}
