/** A trained scorer as the files of its folder, measured. */
import { writeSafetensors } from '../../model/safetensors.ts';
import { DualEncoder } from './dualEncoder.ts';
import {
  DualEncoderScorer,
  MEASURES_FILE,
  SCORER_FORMAT,
  type ScorerConfig,
  type ScorerMeasures,
} from './index.ts';
import { medianOfRight, oneWordAccuracy, patchHitRate } from './measures.ts';
import { MAX_TOKENS, type ScorerSource, type ScorerState, type ScorerTraining } from './train.ts';
import type { DualEncoderConfig } from './parameters.ts';

/** Samples of each measure. */
const CALIBRATION = 512;
const ONE_WORD = 512;
const PATCHES = 128;

/** The trained scorer with its threshold, and what it measures on the held-out part of each source. */
export async function calibrated(
  sizes: DualEncoderConfig,
  { parameters }: Pick<ScorerState, 'parameters'>,
  sources: readonly ScorerSource[],
  seed: number,
): Promise<{ scorer: DualEncoderScorer; config: ScorerConfig; measured: ScorerMeasures }> {
  const about = { ...sizes, id: `dual-encoder-${names(sources)}`, maxTokens: MAX_TOKENS };
  const encoder = new DualEncoder(sizes, parameters);
  const uncalibrated = new DualEncoderScorer({ ...about, threshold: 1 }, encoder);
  const threshold = Number((await medianOfRight(uncalibrated, sources, CALIBRATION)).toFixed(4));
  const config: ScorerConfig = { ...about, threshold };
  const scorer = new DualEncoderScorer(config, encoder);
  const measured: Record<string, number> = { threshold };
  for (const source of sources) {
    const { name } = source.tasks;
    measured[`one_word_accuracy/${name}`] = await oneWordAccuracy(scorer, source, ONE_WORD, seed);
    const hits = await patchHitRate(scorer, source, PATCHES);
    if (hits !== null) measured[`patch_hit_rate/${name}`] = hits;
  }
  return { scorer, config, measured };
}

/** config.json, model.safetensors, the card and its measures as data. */
export function scorerFiles(
  config: ScorerConfig,
  { parameters }: Pick<ScorerState, 'parameters'>,
  sources: readonly ScorerSource[],
  training: ScorerTraining,
  measured: ScorerMeasures,
): Map<string, Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return new Map([
    ['model.safetensors', writeSafetensors(parameters)],
    ['config.json', text(`${JSON.stringify({ format: SCORER_FORMAT, ...config }, null, 2)}\n`)],
    [MEASURES_FILE, text(`${JSON.stringify(measured, null, 2)}\n`)],
    ['README.md', text(card(names(sources), training, measured))],
  ]);
}

const names = (sources: readonly ScorerSource[]): string => sources.map(({ tasks }) => tasks.name).join(',');

/** The card; numbers are those of `measured`. */
function card(suites: string, { seed, steps }: ScorerTraining, measured: ScorerMeasures): string {
  const percent = (value: number | undefined): string =>
    value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
  const rows = suites.split(',').map((suite) => {
    const correlation = measured[`spearman/${suite}`];
    return `| ${suite} | ${percent(measured[`one_word_accuracy/${suite}`])} | ${percent(measured[`patch_hit_rate/${suite}`])} | ${correlation === undefined ? '–' : correlation.toFixed(3)} |`;
  });
  return `# Embedded image–text scorer

A small dual encoder for the coarse term of the perception reward. It sees pixels and text, never a scene's truth: each
entry of a description looks for its patches and each patch for its entry, and the similarity, in [0, 1], is the mean of
how much of the description is seen and how much of the picture is described.

- Made by \`npm run pebr -- train-scorer --tasks ${suites} --steps ${steps} --seed ${seed} --out DIR\`, on worked descriptions without faults, with wrong versions that differ in one word or a few, an entry dropped or said twice.
- Threshold (similarity from which the clip reward is 1): ${measured.threshold}, the median over ${CALIBRATION} correct train descriptions.
- It knows the words of its suites; on other pictures and words its similarity means little.

| held out | right beats one changed word | best patch in the object's box | Spearman with F1 over rollouts |
| --- | --- | --- | --- |
${rows.join('\n')}

One word: ${ONE_WORD} samples a suite. Patches: every object of ${PATCHES} samples, its own phrase alone. Rollouts: of the
policy given by \`--checkpoint\`, 64 questions × 8 at temperature 1; – where none was given or none can be measured.
`;
}
