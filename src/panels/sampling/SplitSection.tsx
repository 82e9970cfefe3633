import { memo, useMemo, useState } from 'react';
import type { SplitRecord } from '../../engine/index.ts';
import { refuses, setThresholds, useSession } from '../../state/index.ts';
import {
  Bar,
  Button,
  DifficultyMark,
  Histogram,
  Tooltip,
  formatNumber,
  formatShare,
} from '../../ui/index.ts';
import { effectOf } from './effect.ts';
import { EffectTable } from './EffectTable.tsx';
import { rangeText, splitStats } from './splitStats.ts';
import type { Thresholds } from './splitStats.ts';

interface SplitSectionProps {
  readonly split: SplitRecord;
  readonly selectedBin: number | null;
  readonly onSelectBin: (bin: number | null) => void;
}

const STAGE_OF = { easy: 'perception', medium: 'reasoning', hard: 'warm-up' } as const;

/** Pass rates with movable thresholds, what falls on which side, and what that does to zero-advantage groups. */
export const SplitSection = memo(function SplitSection(props: SplitSectionProps) {
  const { split, selectedBin, onSelectBin } = props;
  const { groupSize, promptsPerStep, split: settings } = useSession((session) => session.config);
  const origin = useSession((session) => session.tasks?.origin ?? 'built-in');
  // A drag is a preview; once dropped, the run's own borders follow when the worker is between two phases.
  const [preview, setPreview] = useState<Thresholds | null>(null);
  const [asked, setAsked] = useState<(Thresholds & { readonly of: SplitRecord }) | null>(null);
  const dropped: Thresholds = asked?.of === split ? asked : split;
  const { easyFrom, mediumFrom } = preview ?? dropped;
  const move = (next: Thresholds) => {
    setPreview(null);
    if (refuses('split', 'Thresholds')) return;
    setAsked({ ...next, of: split });
    setThresholds(next.easyFrom, next.mediumFrom);
  };
  const stats = useMemo(() => splitStats(split, { easyFrom, mediumFrom }), [split, easyFrom, mediumFrom]);
  const [shown, run] = useMemo(() => {
    const effectSettings = { groupSize, needed: 2 * promptsPerStep, origin };
    return [
      effectOf(split, { easyFrom, mediumFrom }, effectSettings),
      effectOf(split, split, effectSettings),
    ] as const;
  }, [split, easyFrom, mediumFrom, groupSize, promptsPerStep, origin]);
  const ranges = rangeText({ easyFrom, mediumFrom }, split.n);
  const isMoved = dropped.easyFrom !== settings.easyFrom || dropped.mediumFrom !== settings.mediumFrom;
  const { counts, questions } = stats;
  return (
    <section className="sa-split" data-testid="split-section">
      <div>
        <h3>
          <Tooltip
            definition={`How many of ${split.n} rollouts of the frozen policy answered each question correctly.`}
            hint="All correct → easy → perception stage; some → medium → reasoning stage; none → hard → warm-up. Drag the borders or move them with the arrow keys; click a bar to see its questions."
          >
            Questions by pass rate
          </Tooltip>
        </h3>
        <Histogram
          label="Questions by pass rate"
          bins={stats.bins.map((bin) => ({
            label: `${bin.correct}/${split.n}`,
            count: bin.count,
            tone: bin.difficulty,
          }))}
          selectedBin={selectedBin}
          onSelectBin={onSelectBin}
          thresholds={[
            {
              label: 'medium from',
              value: mediumFrom,
              min: 0,
              max: easyFrom,
              valueText: `hard ${ranges.hard}, medium ${ranges.medium}`,
              tag: `medium ≥ ${mediumFrom}`,
              onPreview: (value) => setPreview(value === null ? null : { easyFrom, mediumFrom: value }),
              onChange: (value) => move({ easyFrom, mediumFrom: value }),
            },
            {
              label: 'easy from',
              value: easyFrom,
              min: mediumFrom,
              max: split.n + 1,
              valueText: `medium ${ranges.medium}, easy ${ranges.easy}`,
              tag: easyFrom > split.n ? 'easy: none' : `easy ≥ ${easyFrom}`,
              onPreview: (value) => setPreview(value === null ? null : { easyFrom: value, mediumFrom }),
              onChange: (value) => move({ easyFrom: value, mediumFrom }),
            },
          ]}
        />
        {isMoved && (
          <Button
            variant="quiet"
            onClick={() => move({ easyFrom: settings.easyFrom, mediumFrom: settings.mediumFrom })}
            data-testid="split-reset-borders"
          >
            Borders back to medium ≥ {settings.mediumFrom}, easy ≥ {settings.easyFrom}
          </Button>
        )}
      </div>
      <div className="sa-summary">
        <table className="ui-table sa-counts">
          <caption className="ui-visually-hidden">Questions by difficulty</caption>
          <tbody>
            {(['hard', 'medium', 'easy'] as const).map((difficulty) => (
              <tr key={difficulty} data-testid={`split-${difficulty}`}>
                <th scope="row">
                  <DifficultyMark difficulty={difficulty} />
                </th>
                <td className="sa-quiet">{ranges[difficulty]}</td>
                <td data-numeric="true">{counts[difficulty]}</td>
                <td data-numeric="true">
                  {questions === 0 ? '–' : formatShare(counts[difficulty] / questions)}
                </td>
                <td className="sa-bar">
                  <Bar
                    share={questions === 0 ? 0 : counts[difficulty] / questions}
                    token={`--${difficulty}`}
                    label={`share of ${difficulty}`}
                  />
                </td>
                <td className="sa-quiet">→ {STAGE_OF[difficulty]}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <EffectTable run={run} shown={shown} isPreview={preview !== null} groupSize={groupSize} n={split.n} />
        <p className="sa-quiet" data-testid="split-provenance">
          policy <code>{split.policyHash.slice(0, 12)}</code> · temperature{' '}
          {formatNumber(split.temperature, 2)} · top_p {formatNumber(split.topP, 2)} · n {split.n} · seed{' '}
          {split.seed} · {questions} questions of {split.tasks}
        </p>
        {split.relaxed.map((note) => (
          <p key={note.stage} className="sa-relaxed" data-testid="split-relaxed">
            <b>split relaxed:</b> {note.stage} has {note.pool} {note.pool === 1 ? 'question' : 'questions'} of
            its own, needs {note.needed}; took {note.took}
          </p>
        ))}
      </div>
    </section>
  );
});
