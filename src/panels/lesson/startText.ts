import type { LessonStart } from '../../state/index.ts';

/** The run that a lesson begins with, in a sentence or two. */
export function startText(start: LessonStart): string {
  const { preset, seed, easyFrom, mediumFrom, delayMs, checkpoint, edits } = start;
  const weights = checkpoint === null ? '' : `, weights ${checkpoint}`;
  const speed = delayMs === 0 ? 'full speed' : `${delayMs / 1000} s a phase`;
  const changes = Object.entries(edits).map(([path, value]) => `${path} ${String(value)}`);
  const differs = changes.length === 0 ? '' : `, ${changes.join(', ')}`;
  return (
    `Starts a run of its own: preset ${preset}${weights}, seed ${seed}, easy from ${easyFrom} and medium from ` +
    `${mediumFrom} right tries, ${speed}${differs}. A run under way stays in Runs as far as it is saved.`
  );
}
