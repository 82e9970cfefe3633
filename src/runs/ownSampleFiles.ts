/** Own samples as a data set in PeBR's format. */
import type { OwnSample } from './ownSamples.ts';

/** What the data set, its JSON and its zip are called. */
export const OWN_SET = 'own-samples';

const EXTENSIONS = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const;

/** `own-samples.json` and a picture beside it for each sample, byte for byte as it was given. */
export function ownSampleFiles(samples: readonly OwnSample[]): Record<string, Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  const records = samples.map(({ number, problem, answer, key_words, picture }) => {
    const qid = `own-${number}`;
    const image = `${qid}.${EXTENSIONS[picture.format]}`;
    files[image] = picture.bytes;
    return { qid, problem, answer, images: [image], key_words };
  });
  const json = new TextEncoder().encode(`${JSON.stringify(records, null, 2)}\n`);
  return { [`${OWN_SET}.json`]: json, ...files };
}
