/** An own sample by the rules of the import, before it is kept; every refusal names the field and what to do. */
import { inspectImage, refuseLargeImage } from '../../../engine/tasks/images/inspect.ts';
import { readRecord } from '../../../engine/tasks/imported/record.ts';
import type { OwnPicture, OwnSampleFields } from '../../../state/index.ts';

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

/** Decodes for a look at the data only; rejects on damage. */
type Decode = (bytes: Uint8Array<ArrayBuffer>, name: string) => Promise<unknown>;

/** A picture file as it is. Throws `image "name" …`, with what to do, as the import does. */
export async function readPicture(file: File, decode: Decode = browserDecode): Promise<OwnPicture> {
  refuseLargeImage(file.size, file.name);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { format, width, height } = inspectImage(bytes, file.name);
  await decode(bytes, file.name);
  return { bytes, format, width, height, drawing: null };
}

/** The browser's decoder works beside the page; the import's own would hold it up. */
async function browserDecode(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<void> {
  try {
    (await createImageBitmap(new Blob([bytes]))).close();
  } catch {
    throw new Error(`image ${JSON.stringify(name)} cannot be decoded: its data is damaged; save it again`);
  }
}
