import { useEffect, useState } from 'react';
import type { SceneTruth } from '../../engine/index.ts';
import { useSession } from '../../state/index.ts';

/**
 * The scene a built-in question was drawn from: a pure function of its qid, so it is made here when asked for (and
 * the scene grammar is loaded only then). null: not wanted, not known, or not made yet.
 */
export function useTruth(qid: string, wanted: boolean): SceneTruth | null {
  const tasks = useSession((session) => session.tasks);
  const name = tasks?.origin === 'built-in' ? tasks.name : null;
  const [made, setMade] = useState<{ readonly qid: string; readonly truth: SceneTruth | null } | null>(null);
  useEffect(() => {
    if (!wanted || name === null) return;
    let current = true;
    import('../../engine/tasks/index.ts').then(
      ({ taskSetByName }) => {
        if (current) setMade({ qid, truth: taskSetByName(name).find(qid)?.truth ?? null });
      },
      // The chunk could not be loaded: no boxes are drawn.
      () => setMade(null),
    );
    return () => {
      current = false;
    };
  }, [qid, name, wanted]);
  return wanted && made?.qid === qid ? made.truth : null;
}

/** Whether the question's scene can be known. */
export function useHasTruth(): boolean {
  return useSession((session) => session.tasks?.origin === 'built-in');
}
