/** `score`: rewards of given responses, a line in, a line out, in input order. */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { extractDescription } from '../../engine/rewards/description.ts';
import { rewardText } from '../../engine/rewards/rewardText.ts';
import { parseScoreLine, scoredLine, type ScoreLine } from '../../engine/rewards/scoreLine.ts';
import type { ImageTextScorer, RewardStage } from '../../engine/rewards/types.ts';
import { decodeImage } from '../../engine/tasks/images/index.ts';
import { DataError } from '../errors.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { say } from '../output.ts';
import { loadShippedScorer, startBackend, userPath } from '../parts.ts';

export const scoreCommand: CommandSpec = {
  name: 'score',
  summary:
    'Scores responses: lines {qid, response, answer, key_words?, images?, response_tokens?, similarity?} in,\n' +
    'lines {qid, stage, overall, terms, partial?, missing?} out. Image paths lie beside the file; a given similarity\n' +
    'stands in for the scorer. A term that cannot be computed is null and named in `missing`.',
  positional: 'IN.jsonl',
  options: {
    stage: {
      type: 'string',
      choices: ['perception', 'reasoning', '1', '2'],
      required: true,
      help: 'which recipe',
    },
    ...COMMON_OPTIONS,
  },
  run: score,
};

async function score(options: Options): Promise<number> {
  const path = userPath(options.positional!);
  if (!existsSync(path)) throw new DataError(`${path} does not exist; give a JSONL file.`);
  const word = options.requiredText('stage');
  const stage: RewardStage = word === '1' || word === 'perception' ? 'perception' : 'reasoning';
  const scorer = lazyScorer(options);
  let bad = 0;
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (text.trim() === '') continue;
    const line = parseLine(text, number);
    if (typeof line === 'string') {
      bad += 1;
      say(line);
      continue;
    }
    const similarity = stage === 'perception' ? await similarityOf(line, dirname(path), scorer) : null;
    process.stdout.write(`${JSON.stringify(scoredLine(stage, line, similarity))}\n`);
  }
  if (bad > 0) say(`${bad} of ${number} lines were left out.`);
  return bad > 0 ? 1 : 0;
}

function parseLine(text: string, number: number): ScoreLine | string {
  let json: unknown;
  try {
    json = JSON.parse(text) as unknown;
  } catch (cause) {
    return `line ${number} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  return parseScoreLine(json, number);
}

/** Backend and scorer are started by the first line that needs them. */
function lazyScorer(options: Options): () => Promise<ImageTextScorer> {
  let started: Promise<ImageTextScorer> | null = null;
  return () => (started ??= startBackend(options).then(loadShippedScorer));
}

async function similarityOf(
  line: ScoreLine,
  folder: string,
  scorer: () => Promise<ImageTextScorer>,
): Promise<{ value: number | null; error?: string; scorer: string; threshold: number } | null> {
  if (line.similarity !== undefined) return { value: line.similarity, scorer: 'given', threshold: 0.4 };
  const image = line.images?.[0];
  if (image === undefined) return null;
  const used = await scorer();
  const about = { scorer: used.id, threshold: used.threshold };
  try {
    const raster = await decodeImage(await readFile(join(folder, image)), image);
    const [value] = await used.score([raster], [extractDescription(rewardText(line.response))]);
    return { ...about, value: value };
  } catch (cause) {
    return { ...about, value: null, error: cause instanceof Error ? cause.message : String(cause) };
  }
}
