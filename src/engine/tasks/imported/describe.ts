/** Values and problems in words. */
import type { Problem } from './types.ts';

const SHOWN = 60;

/** A received value, short, as JSON. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** What was found wrong, before it is put in words. */
export type Finding = Pick<Problem, 'level' | 'record' | 'qid' | 'field' | 'detail'>;

/** A finding in `file` (null: before a file was chosen), with its place spelled out. */
export function problemOf(file: string | null, finding: Finding, position?: string): Problem {
  const { record, qid, field, detail } = finding;
  const place = [
    ...(file === null ? [] : [file]),
    ...(position === undefined ? [] : [position]),
    ...(record === null ? [] : [`record ${record + 1}${qid === null ? '' : ` (qid ${show(qid)})`}`]),
    ...(field === null ? [] : [field]),
  ];
  const where = place.join(', ');
  return { ...finding, where, message: where === '' ? detail : `${where}: ${detail}` };
}
