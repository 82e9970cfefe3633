import { useEffect, useId } from 'react';
import { ChevronLeft, ChevronRight, GraduationCap, X } from 'lucide-react';
import { goBack, goOn, leaveLesson, mayGoOn, PLACES, useFact, useLesson } from '../../state/index.ts';
import type { Lesson, Stop } from '../../state/index.ts';
import { Button, Prose } from '../../ui/index.ts';
import { startText } from './startText.ts';
import './lesson.css';

/** How often, and how many times, a place that is still loading is looked for. */
const LOOK = { everyMs: 100, times: 30 } as const;

/** The stop of the lesson under way, docked so that it covers nothing. */
export function LessonCard() {
  const lesson = useLesson((state) => state.lesson);
  const at = useLesson((state) => state.at);
  return lesson && <Card key={lesson.name} lesson={lesson} at={at} />;
}

function Card({ lesson, at }: { readonly lesson: Lesson; readonly at: number }) {
  const id = useId();
  const stop = lesson.stops[at];
  const selector = stop.place && PLACES[stop.place];
  useEffect(() => bringIntoView(selector), [selector, at]);
  return (
    <section className="lesson" aria-labelledby={id} data-testid="lesson">
      {selector && <style>{outline(selector)}</style>}
      <header>
        <h2 id={id} tabIndex={-1} ref={focusOnce}>
          <GraduationCap size={16} aria-hidden="true" /> {lesson.title}
        </h2>
        <span data-testid="lesson-progress">
          {at + 1} of {lesson.stops.length}
        </span>
      </header>
      <div className="lesson-text" aria-live="polite">
        <h3>{stop.title}</h3>
        {stop.text.map((paragraph) => (
          <p key={paragraph}>
            <Prose text={paragraph} />
          </p>
        ))}
        <Fact stop={stop} />
        {at === 0 && lesson.start && <p className="lesson-quiet">{startText(lesson.start)}</p>}
        <Goal stop={stop} />
      </div>
      <Actions lesson={lesson} at={at} />
      <Refusal stop={stop} />
    </section>
  );
}

/** It changes with every step, so it is not announced. */
function Fact({ stop }: { readonly stop: Stop }) {
  const text = useFact(stop);
  return text === '' ? null : (
    <p className="lesson-fact" aria-live="off" data-testid="lesson-fact">
      {text}
    </p>
  );
}

function Goal({ stop }: { readonly stop: Stop }) {
  const isMet = useLesson(mayGoOn);
  if (!stop.goal) return null;
  return (
    <p className="lesson-goal" data-met={isMet} data-testid="lesson-goal">
      <span aria-hidden="true">{isMet ? '✓' : '→'}</span> {isMet ? 'Done. ' : ''}
      {stop.goal.ask}
    </p>
  );
}

function Actions({ lesson, at }: { readonly lesson: Lesson; readonly at: number }) {
  const canGoOn = useLesson(mayGoOn);
  const isLast = at === lesson.stops.length - 1;
  const next = at === 0 && lesson.start ? 'Start' : isLast ? 'Finish' : 'Next';
  return (
    <div className="lesson-actions">
      <Button aria-disabled={at === 0} onClick={goBack}>
        <ChevronLeft size={16} aria-hidden="true" /> Back
      </Button>
      <Button
        variant="primary"
        aria-disabled={!canGoOn}
        title={canGoOn ? undefined : 'First do what the card asks for'}
        onClick={({ currentTarget }) => {
          goOn();
          // A drawer that opens takes the focus; the reader goes on from here.
          requestAnimationFrame(() => currentTarget.focus());
        }}
      >
        {next} {!isLast && <ChevronRight size={16} aria-hidden="true" />}
      </Button>
      <Button variant="quiet" onClick={leaveLesson}>
        <X size={16} aria-hidden="true" /> Leave
      </Button>
    </div>
  );
}

/** What is locked, and what the reader has just pressed in vain. */
function Refusal({ stop }: { readonly stop: Stop }) {
  const refused = useLesson((state) => state.refused);
  if (stop.allow === 'all') return null;
  return (
    <p className="lesson-locked" role="status" data-testid="lesson-locked">
      {refused === null
        ? 'What else would change the run is locked until you leave the lesson. You may look at everything.'
        : `“${refused}” is locked by the lesson. Leave the lesson to use it.`}
    </p>
  );
}

/** Around a place; inside a panel or card, which its neighbours would clip. */
function outline(place: string): string {
  const clipped = `:is(${place}):is(.ui-panel, .transport, .ch-card)`;
  return `:is(${place}) { outline: 3px solid var(--accent); outline-offset: 3px; } ${clipped} { outline-offset: -3px; }`;
}

/** A lesson that opens takes the focus, so that reading and keys begin there. */
function focusOnce(heading: HTMLElement | null): void {
  heading?.focus({ preventScroll: true });
}

/** Scrolls a place into view once it is there. Returns what gives up. */
function bringIntoView(selector: string | null): () => void {
  if (selector === null) return () => undefined;
  let left: number = LOOK.times;
  const timer = setInterval(() => {
    const place = document.querySelector(selector);
    place?.scrollIntoView({ block: 'nearest' });
    left -= 1;
    if (place || left === 0) clearInterval(timer);
  }, LOOK.everyMs);
  return () => clearInterval(timer);
}
