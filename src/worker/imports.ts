/** Files from the page → a task set and what is wrong with them. */
import { loadTaskSet } from '../engine/tasks/imported/index.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import type { ImportEntry, ImportReport } from './protocol.ts';

/** Problems sent to the page; a broken set of thousands names as many. */
const PROBLEMS_LISTED = 60;

/** Never throws: what is wrong is in the report. `tasks` is null when the set was refused. */
export async function importTasks(
  entries: readonly ImportEntry[],
  skipBad: boolean,
  revision: number,
): Promise<{ readonly tasks: TaskSet | null; readonly report: ImportReport }> {
  const files = entries.map(({ path, blob }) => ({
    path,
    size: blob.size,
    bytes: async () => new Uint8Array(await blob.arrayBuffer()),
  }));
  const { taskSet, problems, counts } = await loadTaskSet(files, { skipBad });
  const report: ImportReport = {
    ok: taskSet !== null,
    name: taskSet?.name ?? entries[0]?.path ?? 'nothing',
    revision,
    problems: problems.slice(0, PROBLEMS_LISTED),
    problemCount: problems.length,
    counts,
  };
  return { tasks: taskSet, report };
}
