/** One record of the JSON: what it must hold, and what is forgiven. */
import { type Finding, show } from './describe.ts';

export interface RawRecord {
  readonly index: number;
  readonly qid: string;
  readonly problem: string;
  readonly answer: string;
  readonly images: readonly string[];
  readonly key_words: readonly string[];
}

type Complain = (field: string, detail: string, level?: Finding['level']) => void;

const SHAPE = '{"qid", "problem", "answer", "images", "key_words"}';

/** A text that says something; for qid and answer a number is taken by its digits. */
function readText(value: unknown, field: string, example: string, complain: Complain): string {
  if (typeof value === 'number' && field !== 'problem') return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (value === undefined) complain(field, `is missing; write a text, e.g. ${example}`);
  else if (typeof value === 'string')
    complain(field, `is the empty text ${show(value)}; write e.g. ${example}`);
  else complain(field, `is ${show(value)}; write a text in double quotes, e.g. ${example}`);
  return '';
}

function readImages(value: unknown, complain: Complain): string[] {
  const example = '["images/1.png"]';
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) {
    complain(
      'images',
      value === undefined ? `is missing; write e.g. ${example}` : `is ${show(value)}; write e.g. ${example}`,
    );
    return [];
  }
  if (value.length === 0)
    complain('images', `is an empty list; a sample needs an image, write e.g. ${example}`);
  const paths = value.filter((entry): entry is string => typeof entry === 'string');
  const other: unknown = value.find((entry) => typeof entry !== 'string');
  if (paths.length < value.length)
    complain('images', `holds ${show(other)}; write paths as texts, e.g. ${example}`);
  return paths;
}

function readKeywords(value: unknown, complain: Complain): string[] {
  const example = '["cat", "red"]';
  if (!Array.isArray(value)) {
    const seen = value === undefined ? 'is missing' : `is ${show(value)}`;
    complain('key_words', `${seen}; write a list of texts, e.g. ${example}, or [] for no keyword reward`);
    return [];
  }
  const keywords: string[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry === 'number') keywords.push(String(entry));
    else if (typeof entry !== 'string')
      complain('key_words', `holds ${show(entry)}; write texts, e.g. ${example}`);
    else if (entry.trim() === '') {
      complain(
        'key_words',
        `holds the empty text ${show(entry)}, which every response contains; it is left out`,
        'warning',
      );
    } else keywords.push(entry);
  }
  return keywords;
}

/** Checks one entry of the array; null when it cannot be used (then an error was reported). Other fields are ignored. */
export function readRecord(
  value: unknown,
  index: number,
  report: (finding: Finding) => void,
): RawRecord | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const detail = `is ${show(value)}; write an object ${SHAPE}`;
    report({ level: 'error', record: index, qid: null, field: null, detail });
    return null;
  }
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const given = fields.get('qid');
  const known = typeof given === 'string' || typeof given === 'number' ? String(given) : null;
  let broken = false;
  const complain: Complain = (field, detail, level = 'error') => {
    broken ||= level === 'error';
    report({ level, record: index, qid: known, field, detail });
  };
  const record = {
    index,
    qid: readText(given, 'qid', '"geo-17", different for every record', complain),
    problem: readText(fields.get('problem'), 'problem', '"How many cats are there?"', complain),
    answer: readText(fields.get('answer'), 'answer', '"2"', complain),
    images: readImages(fields.get('images'), complain),
    key_words: readKeywords(fields.get('key_words'), complain),
  };
  return broken ? null : record;
}
