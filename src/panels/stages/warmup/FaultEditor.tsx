import { Plus } from 'lucide-react';
import { editWarmup, type FaultLine } from '../../../state/index.ts';
import { Button, Tooltip } from '../../../ui/index.ts';
import { namesOf, type ReadDraft, type Teacher } from './draft.ts';
import { FaultRow } from './FaultRow.tsx';
import { FAULT_FIELDS } from './fields.ts';

const ICON = 14;
const SIDES = [
  { side: 'perception', title: 'What the teacher misreads', field: FAULT_FIELDS.attribute },
  { side: 'reasoning', title: 'How the teacher slips', field: FAULT_FIELDS.slip },
] as const;

interface FaultEditorProps {
  readonly teacher: Teacher;
  readonly lines: readonly FaultLine[];
  readonly read: ReadDraft;
}

/** The teacher's faults, a line each: added, changed, taken away, or all back to the defaults. */
export function FaultEditor({ teacher, lines, read }: FaultEditorProps) {
  const isDefault = JSON.stringify(read.choice?.faults) === JSON.stringify(teacher.faults);
  const edit = (next: readonly FaultLine[]): void => editWarmup({ lines: next });
  const add = (side: FaultLine['side']): void => {
    const names = Object.keys(namesOf(side, teacher));
    const isTaken = (name: string): boolean => lines.some((line) => line.side === side && line.name === name);
    const name = names.find((each) => !isTaken(each)) ?? names[0];
    edit([...lines, { side, name, only: null, p: '0.6' }]);
  };
  return (
    <>
      {SIDES.map(({ side, title, field }) => (
        <fieldset key={side} className="stages-warmup-side" data-stage={side}>
          <legend>
            <Tooltip definition={field.definition} hint={field.hint}>
              {title}
            </Tooltip>
          </legend>
          {lines.map(
            (line, i) =>
              line.side === side && (
                <FaultRow
                  key={i}
                  line={line}
                  number={lines.slice(0, i + 1).filter((each) => each.side === side).length}
                  teacher={teacher}
                  errors={read.lines[i]}
                  onEdit={(change) => edit(lines.map((each, j) => (j === i ? { ...each, ...change } : each)))}
                  onRemove={() => edit(lines.filter((_, j) => j !== i))}
                />
              ),
          )}
          {!lines.some((line) => line.side === side) && <p>None: it makes no such mistake.</p>}
          <Button variant="quiet" onClick={() => add(side)}>
            <Plus size={ICON} aria-hidden="true" /> Add a {side} fault
          </Button>
        </fieldset>
      ))}
      {read.faults && (
        <p className="stages-warmup-error" role="alert">
          ⚠ {read.faults}
        </p>
      )}
      <Button variant="quiet" disabled={isDefault} onClick={() => editWarmup({ lines: null })}>
        ↺ Default faults of {teacher.name}
      </Button>
    </>
  );
}
