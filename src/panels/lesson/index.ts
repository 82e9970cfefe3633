/** The card of the lesson under way: text, what to do, Back, Next, Leave. It points at a place by an outline. */
export { LessonCard } from './LessonCard.tsx';
