/** What the built-in suites' task sets share: qids that are addresses, and samples drawn from them alone. */
import type { Part, Sample, TaskSet, TeacherFaults } from './types.ts';

export interface BuiltInSource<Task> {
  readonly name: string;
  /** At most a million, because a qid has six digits. */
  readonly sizes: Readonly<Record<Part, number>>;
  /** What a sample is made from: a pure function of part and qid. */
  draw(part: Part, qid: string): Task;
  sampleOf(task: Task): Sample;
  /** A teacher's response, with faults drawn from `keys`. */
  work(task: Task, faults: TeacherFaults, keys: readonly number[]): string;
  readonly parseDescription: NonNullable<TaskSet['parseDescription']>;
}

const NO_FAULTS: TeacherFaults = { perception: [], reasoning: [] };

/** A task set whose qids read `<name>-<part>-<six digits>`. */
export function builtInTaskSet<Task>(source: BuiltInSource<Task>): TaskSet {
  const { name, sizes, parseDescription } = source;
  /** Spares a second drawing of the task when a sample made here is worked through. */
  const tasks = new WeakMap<Sample, Task>();
  const addressOf = (qid: string): { readonly part: Part; readonly index: number } | null => {
    for (const part of ['train', 'heldout'] as const) {
      const prefix = `${name}-${part}-`;
      const number = qid.slice(prefix.length);
      if (!qid.startsWith(prefix) || !/^\d{6}$/.test(number)) continue;
      if (Number(number) < sizes[part]) return { part, index: Number(number) };
    }
    return null;
  };
  const taskOf = (sample: Sample): Task => {
    const address = addressOf(sample.qid);
    if (address === null) throw new Error(`qid: got ${JSON.stringify(sample.qid)}; give one of ${name}`);
    return tasks.get(sample) ?? source.draw(address.part, sample.qid);
  };
  const set: TaskSet = {
    name,
    origin: 'built-in',
    size: (part) => sizes[part],
    sample(part, index) {
      if (!Number.isInteger(index) || index < 0 || index >= sizes[part]) {
        throw new Error(`${name} ${part}: got index ${index}; give one from 0 to ${sizes[part] - 1}`);
      }
      const task = source.draw(part, `${name}-${part}-${String(index).padStart(6, '0')}`);
      const sample = source.sampleOf(task);
      tasks.set(sample, task);
      return sample;
    },
    find(qid) {
      const address = addressOf(qid);
      return address === null ? undefined : set.sample(address.part, address.index);
    },
    workedResponse: (sample, faults, ...keys) => source.work(taskOf(sample), faults ?? NO_FAULTS, keys),
    parseDescription,
  };
  return set;
}
