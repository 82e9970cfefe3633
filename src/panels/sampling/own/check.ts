/** An own sample by the rules of the import, before it is kept; every refusal names the field and what to do. */
import { readRecord } from '../../../engine/tasks/imported/record.ts';
import type { OwnSampleFields } from '../../../state/index.ts';

type TextField = 'problem' | 'answer' | 'key_words';
export type TextErrors = Partial<Record<TextField, string>>;

const LABELS: Readonly<Record<TextField, string>> = {
  problem: 'Problem',
  answer: 'Answer',
  key_words: 'Key words',
};
const isTextField = (field: string | null): field is TextField => field !== null && field in LABELS;

/** What the import would refuse of the texts, by field. */
export function checkTexts({ problem, answer, key_words }: Omit<OwnSampleFields, 'picture'>): TextErrors {
  const errors: TextErrors = {};
  readRecord({ qid: 'own', problem, answer, key_words, images: ['own.png'] }, 0, ({ field, detail }) => {
    if (isTextField(field)) errors[field] ??= `${LABELS[field]} ${detail}.`;
  });
  return errors;
}

/** “red, cube” → its words; empty ones are left out. */
export function splitKeywords(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
