import { extractDescription } from '../rewards/description.ts';
import type { Sample, TaskSet } from '../tasks/types.ts';
import { descriptionF1, type DescriptionScore } from './descriptionF1.ts';

/**
 * Precision, recall and F1 of the objects in a response's description against the truth's; null where no truth or no
 * grammar is known. A measure: it reads the truth, so it must never enter a reward.
 */
export function measureDescription(
  tasks: TaskSet,
  sample: Sample,
  rewardText: string,
): DescriptionScore | null {
  const { truth } = sample;
  if (!truth || !tasks.parseDescription) return null;
  const attributes = Object.keys(truth.objects[0]?.attributes ?? {});
  return descriptionF1(tasks.parseDescription(extractDescription(rewardText)), truth, attributes);
}
