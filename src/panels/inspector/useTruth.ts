import { useMemo } from 'react';
import type { SceneTruth } from '../../engine/index.ts';
import { taskSetByName } from '../../engine/tasks/index.ts';
import { useShownRun } from '../../state/index.ts';

/**
 * The scene a built-in question was drawn from, a pure function of its qid, drawn again here when asked for. null:
 * not wanted, or an imported question, whose scene nobody knows.
 */
export function useTruth(qid: string, wanted: boolean): SceneTruth | null {
  const tasks = useShownRun((run) => run.tasks);
  const name = tasks?.origin === 'built-in' ? tasks.name : null;
  return useMemo(
    () => (wanted && name !== null ? (taskSetByName(name).find(qid)?.truth ?? null) : null),
    [qid, name, wanted],
  );
}

/** Whether the question's scene can be known. */
export function useHasTruth(): boolean {
  return useShownRun((run) => run.tasks?.origin === 'built-in');
}
