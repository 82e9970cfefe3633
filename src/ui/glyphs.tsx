import type { Difficulty } from '../engine/index.ts';
import { SIGN_GLYPHS, formatNumber, formatShare, formatSigned, signOf } from './format.ts';
import type { ColourScale } from './scales.ts';
import './glyphs.css';

/** A signed number with its glyph: ▲ +0.94, ▼ −0.94, · 0. */
export function Sign({ value, digits = 3 }: { readonly value: number; readonly digits?: number }) {
  const sign = signOf(value);
  return (
    <span className="ui-sign" data-sign={sign}>
      <span aria-hidden="true">{SIGN_GLYPHS[sign]}</span> {formatSigned(value, digits)}
    </span>
  );
}

interface BarProps {
  /** 0 to 1: how far the bar reaches. */
  readonly share: number;
  readonly label: string;
  readonly token?: string;
}

/** A horizontal bar from the left. */
export function Bar({ share, label, token = '--accent' }: BarProps) {
  return (
    <span className="ui-bar" role="img" aria-label={label}>
      <span
        className="ui-bar-fill"
        style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%`, background: `var(${token})` }}
      />
    </span>
  );
}

/** A bar from the middle: right and blue when positive, left and orange when negative. position in [−1, 1]. */
export function SignedBar({ position, value }: { readonly position: number; readonly value: number }) {
  const half = Math.abs(position) * 50;
  return (
    <span className="ui-bar ui-bar-signed" aria-hidden="true">
      <span
        className="ui-bar-fill"
        data-sign={signOf(value)}
        style={{ left: `${position < 0 ? 50 - half : 50}%`, width: `${half}%` }}
      />
    </span>
  );
}

/** One small column a rollout: its reward from 0 to 1, below the line when negative. */
export function RewardBars({
  rewards,
  mean,
  selected,
}: {
  readonly rewards: readonly number[];
  /** Drawn as a line across the columns; null: not known yet. */
  readonly mean: number | null;
  readonly selected?: number | null;
}) {
  const width = 7;
  const height = 26;
  const zero = height - 4;
  const y = (reward: number) => zero - Math.max(-0.15, Math.min(1, reward)) * (zero - 2);
  const label =
    rewards.length === 0 ? 'no rewards yet' : `rewards ${rewards.map((r) => formatNumber(r, 2)).join(', ')}`;
  return (
    <svg
      className="ui-reward-bars"
      width={Math.max(1, rewards.length) * width}
      height={height}
      role="img"
      aria-label={mean === null ? label : `${label}; mean ${formatNumber(mean, 2)}`}
    >
      {rewards.map((reward, i) => (
        <rect
          key={i}
          x={i * width + 1}
          width={width - 2}
          y={Math.min(zero, y(reward))}
          height={Math.max(1.5, Math.abs(zero - y(reward)))}
          data-selected={i === selected || undefined}
          data-sign={reward < 0 ? 'negative' : 'positive'}
        />
      ))}
      <line x1={0} x2={rewards.length * width} y1={zero + 0.5} y2={zero + 0.5} className="ui-reward-zero" />
      {mean !== null && (
        <line x1={0} x2={rewards.length * width} y1={y(mean)} y2={y(mean)} className="ui-reward-mean" />
      )}
    </svg>
  );
}

const DIFFICULTY_GLYPHS: Readonly<Record<Difficulty, string>> = { easy: '●', medium: '◐', hard: '○' };

/** Easy ●, medium ◐, hard ○: word, glyph and colour. */
export function DifficultyMark({ difficulty }: { readonly difficulty: Difficulty }) {
  return (
    <span className="ui-difficulty" data-difficulty={difficulty}>
      <span aria-hidden="true">{DIFFICULTY_GLYPHS[difficulty]}</span> {difficulty}
    </span>
  );
}

/** Correct of n as a bar in the difficulty's colour. */
export function PassRate(props: {
  readonly correct: number;
  readonly n: number;
  readonly difficulty: Difficulty;
}) {
  const { correct, n, difficulty } = props;
  return (
    <span className="ui-pass-rate">
      <Bar share={correct / n} token={`--${difficulty}`} label={`pass rate ${formatShare(correct / n)}`} />
      <span>
        {correct}/{n}
      </span>
    </span>
  );
}

/** The colours of a scale with the values at its ends, and what the underlines mean where it is signed. */
export function ScaleLegend({
  scale,
  format,
}: {
  readonly scale: ColourScale;
  readonly format: (value: number) => string;
}) {
  const stops = Array.from({ length: 9 }, (_, i) => scale.low + ((scale.high - scale.low) * i) / 8);
  return (
    <span className="ui-scale-legend">
      <span>{format(scale.low)}</span>
      <span className="ui-scale-ramp" aria-hidden="true">
        {stops.map((value) => (
          <span key={value} style={{ background: scale.background(value) }} />
        ))}
      </span>
      <span>{format(scale.high)}</span>
      {scale.kind === 'diverging' && (
        <span className="ui-scale-note">underline: solid positive, dashed negative</span>
      )}
    </span>
  );
}
