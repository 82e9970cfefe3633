/** Where a run's questions come from, and files from the page made into such a set. */
import { loadTaskSet, type LoadResult, type Problem } from '../engine/tasks/imported/index.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import type { TaskChoice } from './protocol.ts';

/** A file of an imported set, with its path inside the dropped folder or archive. */
export interface ImportEntry {
  readonly path: string;
  readonly blob: Blob;
}

export interface ImportReport {
  readonly ok: boolean;
  readonly name: string;
  /** Counts the imports of this page, so that two of one name differ. */
  readonly revision: number;
  readonly problems: readonly Problem[];
  /** Problems found, which may be more than are listed. */
  readonly problemCount: number;
  readonly counts: LoadResult['counts'];
}

/** Problems sent to the page; a broken set of thousands names as many. */
const PROBLEMS_LISTED = 60;

/** The sets a run can choose from: the built-in ones, and the one imported last. */
export class TaskLibrary {
  readonly #builtIn: (name: string) => TaskSet;
  #imported: TaskSet | null = null;
  #imports = 0;

  constructor(builtIn: (name: string) => TaskSet) {
    this.#builtIn = builtIn;
  }

  /** Throws, with what to do, when there is no such set. */
  get(choice: TaskChoice): TaskSet {
    if (choice.from === 'built-in') return this.#builtIn(choice.name);
    if (!this.#imported)
      throw new Error('No own set has been loaded; drop its files into the Setup panel first.');
    return this.#imported;
  }

  /** Never throws: what is wrong is in the report. A refused set leaves the one before in place. */
  async import(entries: readonly ImportEntry[], skipBad: boolean): Promise<ImportReport> {
    const revision = ++this.#imports;
    const files = entries.map(({ path, blob }) => ({
      path,
      size: blob.size,
      bytes: async () => new Uint8Array(await blob.arrayBuffer()),
    }));
    const { taskSet, problems, counts } = await loadTaskSet(files, { skipBad });
    if (taskSet) this.#imported = taskSet;
    return {
      ok: taskSet !== null,
      name: taskSet?.name ?? nameOf(entries),
      revision,
      problems: problems.slice(0, PROBLEMS_LISTED),
      problemCount: problems.length,
      counts,
    };
  }
}

/** What a refused set is called: its JSON or zip rather than one of its pictures. */
function nameOf(entries: readonly ImportEntry[]): string {
  const named = entries.find(({ path }) => /\.(json|zip)$/i.test(path)) ?? entries[0];
  return named?.path ?? 'nothing';
}
