/** When one stage hands over to the next. */
import type { StageSwitch } from './types.ts';

/**
 * Should perception end now? `rewards` are the mean rewards of the stage's steps so far. Plateau: the mean of the
 * last `window` steps gained less than `minimumGain` on the window before it, or the stage is at its longest.
 */
export function perceptionEnds(rule: StageSwitch, rewards: readonly number[]): 'plan' | 'plateau' | null {
  switch (rule.when) {
    case 'manual':
      return null;
    case 'steps':
      return rewards.length >= rule.perceptionSteps ? 'plan' : null;
    case 'plateau': {
      if (rewards.length >= rule.perceptionStepsMax) return 'plan';
      if (rewards.length < 2 * rule.window) return null;
      const mean = (from: number, to?: number): number => {
        const part = rewards.slice(from, to);
        return part.reduce((sum, reward) => sum + reward, 0) / part.length;
      };
      const gain = mean(-rule.window) - mean(-2 * rule.window, -rule.window);
      return gain < rule.minimumGain ? 'plateau' : null;
    }
    default:
      return rule satisfies never;
  }
}
