import { memo, useMemo, useState } from 'react';
import type { SplitRecord } from '../../engine/index.ts';
import { setThresholds } from '../../state/index.ts';
import { Bar, DifficultyMark, Histogram, Tooltip, formatNumber, formatShare } from '../../ui/index.ts';
import { rangeText, splitStats } from './splitStats.ts';
import type { Thresholds } from './splitStats.ts';

interface SplitSectionProps {
  readonly split: SplitRecord;
  /** G of training. */
  readonly groupSize: number;
  readonly selectedBin: number | null;
  readonly onSelectBin: (bin: number | null) => void;
}

const STAGE_OF = { easy: 'perception', medium: 'reasoning', hard: 'warm-up' } as const;

/** Pass rates with movable thresholds, what falls on which side, and what that does to zero-advantage groups. */
export const SplitSection = memo(function SplitSection(props: SplitSectionProps) {
  const { split, groupSize, selectedBin, onSelectBin } = props;
  // The handle moves at once; the run's own thresholds follow when the worker is between two phases.
  const [asked, setAsked] = useState<(Thresholds & { readonly of: string }) | null>(null);
  const thresholds: Thresholds = asked?.of === split.policyHash ? asked : split;
  const stats = useMemo(() => splitStats(split, thresholds, groupSize), [split, thresholds, groupSize]);
  const ranges = rangeText(thresholds, split.n);
  const { easyFrom, mediumFrom } = thresholds;
  const move = (next: Thresholds) => {
    setAsked({ ...next, of: split.policyHash });
    setThresholds(next.easyFrom, next.mediumFrom);
  };
  const { zeroShare, counts, questions } = stats;
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
              onChange: (value) => move({ easyFrom, mediumFrom: value }),
            },
            {
              label: 'easy from',
              value: easyFrom,
              min: mediumFrom,
              max: split.n + 1,
              valueText: `medium ${ranges.medium}, easy ${ranges.easy}`,
              onChange: (value) => move({ easyFrom: value, mediumFrom }),
            },
          ]}
        />
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
        <p className="sa-zero" data-testid="split-zero-share">
          <Tooltip
            definition={`Mean over questions of p^G + (1 − p)^G with p the measured pass rate and G = ${groupSize}: how often all rollouts of a group get the same accuracy, so that no advantage is left.`}
            hint="From all questions to the medium ones only. An estimate: pass rates were measured at the split’s temperature, with n rollouts."
          >
            expected zero-advantage groups
          </Tooltip>{' '}
          <b>{formatShare(zeroShare.all)}</b> → <b>{formatShare(zeroShare.medium)}</b>{' '}
          <span className="sa-quiet">all questions → medium only, accuracy reward</span>
        </p>
        <p className="sa-quiet" data-testid="split-provenance">
          policy <code>{split.policyHash.slice(0, 12)}</code> · temperature{' '}
          {formatNumber(split.temperature, 2)} · top_p {formatNumber(split.topP, 2)} · n {split.n} · seed{' '}
          {split.seed} · {questions} questions of {split.tasks}
        </p>
        {split.relaxed.map((note) => (
          <p key={note.stage} className="sa-relaxed" data-testid="split-relaxed">
            <b>split relaxed:</b> {note.stage} has {note.pool} questions of its own, needs {note.needed}; took{' '}
            {note.took}
          </p>
        ))}
      </div>
    </section>
  );
});
