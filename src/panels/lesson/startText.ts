import { PRESETS } from '../../engine/rl/presets.ts';
import type { LessonStart } from '../../state/index.ts';

/** The run that a lesson begins with, in a sentence or two. */
export function startText(start: LessonStart): string {
  const { preset, seed, delayMs, checkpoint, edits } = start;
  const weights = checkpoint === null ? '' : `, weights ${checkpoint}`;
  const speed = delayMs === 0 ? 'full speed' : `${delayMs / 1000} s a phase`;
  const changes = Object.entries(edits).map(([path, value]) => `${path} ${String(value)}`);
  const differs = changes.length === 0 ? '' : `, ${changes.join(', ')}`;
  return (
    `Starts a run of its own: preset ${preset}${weights}, seed ${seed}, ${speed}${differs}. ` +
    `${splitText(start)} A run under way stays in Runs as far as it is saved.`
  );
}

/** What its split calls easy and medium. */
function splitText({ preset, easyFrom, mediumFrom }: LessonStart): string {
  const { n } = PRESETS[preset as keyof typeof PRESETS].split;
  const easy = easyFrom === n ? `${n} right answers` : `${easyFrom} or more right answers`;
  const most = easyFrom - 1;
  const medium = mediumFrom === most ? `${most}` : `${mediumFrom} to ${most}`;
  return `The split asks a question ${n} times: ${easy} make it easy, ${medium} medium.`;
}
