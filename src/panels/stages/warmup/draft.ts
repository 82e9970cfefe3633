/** A warm-up as its fields have it, read against the task set that it is for. */
import type { Suite } from '../../../engine/tasks/index.ts';
import type { TeacherFaults } from '../../../engine/tasks/types.ts';
import type { WarmupChoice } from '../../../engine/rl/warmupRound.ts';
import type { FaultLine, WarmupDraft } from '../../../state/index.ts';
import { parseNumber } from '../../../ui/index.ts';
import { NUMBERS, PROBABILITY } from './fields.ts';

/** What the suite's teacher can do wrong, and the default faults. */
export type Teacher = Pick<Suite, 'name' | 'attributeValues' | 'slipKinds' | 'faults'>;

/** What is wrong with a line, by its field; null: nothing. */
export interface LineErrors {
  readonly name: string | null;
  readonly only: string | null;
  readonly p: string | null;
}

/** What a draft means, or what is wrong with it, by its field. */
export interface ReadDraft {
  /** null where anything is wrong. */
  readonly choice: WarmupChoice | null;
  readonly numbers: Readonly<Record<keyof typeof NUMBERS, string | null>>;
  /** Of the faults as a whole. */
  readonly faults: string | null;
  /** One a line. */
  readonly lines: readonly LineErrors[];
}

/** The lines of the fields: as edited, else the suite's default faults. */
export function linesOf(draft: WarmupDraft, { faults }: Teacher): readonly FaultLine[] {
  return draft.lines ?? linesFrom(faults);
}

export function linesFrom({ perception, reasoning }: TeacherFaults): readonly FaultLine[] {
  return [
    ...perception.map(({ attribute, values, p }): FaultLine => {
      return { side: 'perception', name: attribute, only: values ?? null, p: String(p) };
    }),
    ...reasoning.map(({ slip, kinds, p }): FaultLine => {
      return { side: 'reasoning', name: slip, only: kinds ?? null, p: String(p) };
    }),
  ];
}

/** Names that a fault of a side can have in this suite, each with what it can be limited to. */
export function namesOf(
  side: FaultLine['side'],
  teacher: Teacher,
): Readonly<Record<string, readonly string[]>> {
  return side === 'perception' ? teacher.attributeValues : teacher.slipKinds;
}

export function readDraft(draft: WarmupDraft, teacher: Teacher): ReadDraft {
  const lines = linesOf(draft, teacher);
  const read = <K extends keyof typeof NUMBERS>(name: K) => parseNumber(draft[name], NUMBERS[name].range);
  const [steps, batchSize, learningRate] = [read('steps'), read('batchSize'), read('learningRate')];
  const errorOf = (value: number | string): string | null => (typeof value === 'string' ? value : null);
  const lineErrors = lines.map((line) => errorsOf(line, teacher));
  const faults =
    lines.length > 0 ? null : 'The teacher has no faults. Add one; with probability 0 it makes no mistakes.';
  const areGood = lineErrors.every(({ name, only, p }) => name === null && only === null && p === null);
  return {
    choice:
      typeof steps === 'number' &&
      typeof batchSize === 'number' &&
      typeof learningRate === 'number' &&
      faults === null &&
      areGood
        ? { steps, batchSize, learningRate, faults: faultsOf(lines) }
        : null,
    numbers: {
      steps: errorOf(steps),
      batchSize: errorOf(batchSize),
      learningRate: errorOf(learningRate),
    },
    faults,
    lines: lineErrors,
  };
}

function errorsOf({ side, name, only, p }: FaultLine, teacher: Teacher): LineErrors {
  const names = namesOf(side, teacher);
  const possible = names[name];
  const probability = parseNumber(p, PROBABILITY);
  const [what, one] = side === 'perception' ? ['attribute', 'value'] : ['slip', 'kind of question'];
  const strangers = possible ? (only?.filter((each) => !possible.includes(each)) ?? []) : [];
  return {
    name: possible
      ? null
      : `${teacher.name} has no ${what} “${name}”; choose one of ${Object.keys(names).join(', ')}.`,
    only:
      only?.length === 0
        ? `Choose at least one ${one}, or all.`
        : strangers.length > 0
          ? `${teacher.name} has no ${strangers.join(', ')} here; choose again.`
          : null,
    p: typeof probability === 'string' ? probability : null,
  };
}

/** The faults of lines that are right. */
function faultsOf(lines: readonly FaultLine[]): TeacherFaults {
  const ofSide = (wanted: FaultLine['side']) =>
    lines
      .filter(({ side }) => side === wanted)
      .map(({ name, only, p }) => ({ name, only, p: Number(parseNumber(p, PROBABILITY)) }));
  return {
    perception: ofSide('perception').map(({ name, only, p }) => ({
      attribute: name,
      ...(only ? { values: only } : {}),
      p,
    })),
    reasoning: ofSide('reasoning').map(({ name, only, p }) => ({
      slip: name,
      ...(only ? { kinds: only } : {}),
      p,
    })),
  };
}
