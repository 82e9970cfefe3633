import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import type { StepDraft } from '../../engine/index.ts';
import { runCommand, useEnabled } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';
import { BEATS, BEAT_LABELS, isReached, type Beat } from './beats.ts';

interface GuideProps {
  readonly beat: Beat;
  readonly done: StepDraft['done'] | 'update';
  readonly text: string;
  /** The text changes with every step: not read out. */
  readonly running: boolean;
  readonly onBeat: (beat: Beat) => void;
}

/** The walk over the phases of a step: one is lit, with a sentence; arrow keys move. */
export function Guide({ beat, done, text, running, onBeat }: GuideProps) {
  const at = BEATS.indexOf(beat);
  const next = BEATS.at(at + 1);
  const canRun = useEnabled('subStep');
  // Past what a step in progress has come to, next is the phase itself.
  const isAhead = next !== undefined && !isReached(next, done);
  const forward = (): void => {
    if (isAhead) runCommand('subStep');
    else if (next) onBeat(next);
  };
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowRight') forward();
    else if (event.key === 'ArrowLeft') onBeat(BEATS[Math.max(0, at - 1)]);
    else if (event.key === 'Home') onBeat(BEATS[0]);
    else if (event.key === 'End') onBeat(done);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <nav className="ob-guide" aria-label="Beats of the step" onKeyDown={move} data-testid="objective-guide">
      <ol>
        {BEATS.map((each, i) => (
          <li key={each}>
            <button
              type="button"
              className="ob-beat"
              aria-current={each === beat ? 'step' : undefined}
              data-reached={isReached(each, done)}
              onClick={() => onBeat(each)}
            >
              <span aria-hidden="true">{i + 1}</span> {BEAT_LABELS[each]}
              {!isReached(each, done) && <span className="ui-visually-hidden"> (not reached)</span>}
            </button>
          </li>
        ))}
      </ol>
      <p aria-live={running ? 'off' : 'polite'} data-testid="objective-sentence">
        {text}
      </p>
      <span className="ob-guide-moves">
        <Button disabled={at === 0} onClick={() => onBeat(BEATS[at - 1])} title="Previous beat (←)">
          <ChevronLeft size={14} aria-hidden="true" /> Previous
        </Button>
        <Button
          variant="primary"
          disabled={next === undefined || (isAhead && !canRun)}
          onClick={forward}
          title={isAhead ? 'Run the next phase of the step (→)' : 'Next beat (→)'}
        >
          {isAhead ? `Run “${BEAT_LABELS[next]}”` : 'Next'} <ChevronRight size={14} aria-hidden="true" />
        </Button>
      </span>
    </nav>
  );
}
