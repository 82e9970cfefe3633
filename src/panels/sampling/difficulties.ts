import type { Difficulty } from '../../engine/index.ts';

export const DIFFICULTIES: readonly Difficulty[] = ['easy', 'medium', 'hard'];
