/** A config from outside laid over a preset: every key must be one the preset has, every value of its kind. */
import { parseCustomTerms } from '../rewards/custom/parse.ts';
import { LOSS_TYPES, type StageSwitch, type TrainConfig } from './types.ts';

/** Values that are one of a few words. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'objective.lossType': LOSS_TYPES,
  'objective.importanceSampling': ['token', 'sequence'],
  'objective.aggregation': ['default', 'token_mean', 'row_mean', 'constant', 'row_sum'],
  'objective.klEstimator': ['k1', 'k2', 'k3'],
  'objective.advantageEstimator': ['group_mean', 'rloo', 'gdpo'],
  'objective.advantageScale': ['group', 'batch', 'none'],
  stages: ['both', 'perception', 'reasoning'],
};

/** Fields that may be null as well as a number. */
const NULLABLE = new Set([
  'dynamicSampling',
  'objective.dualClip',
  'recipes.perception.clipThreshold',
  'recipes.perception.overlongLimit',
  'recipes.reasoning.clipThreshold',
  'recipes.reasoning.overlongLimit',
]);

/** Smallest allowed numbers; other numbers only have to be finite. */
const MINIMUM: Readonly<Record<string, number>> = {
  promptsPerStep: 1,
  groupSize: 2,
  promptsPerMiniBatch: 1,
  rolloutsPerMicroBatch: 1,
  dynamicSampling: 1,
  'recipes.perception.overlongLimit': 1,
  'recipes.perception.overlongTail': 0,
  'recipes.reasoning.overlongLimit': 1,
  'recipes.reasoning.overlongTail': 0,
  'sampling.temperature': 1e-3,
  'sampling.maxNewTokens': 1,
  'objective.sapo.temperaturePositive': 1e-3,
  'objective.sapo.temperatureNegative': 1e-3,
  'optimizer.learningRate': 0,
  'optimizer.maxGradNorm': 0,
  'split.questions': 1,
  'split.n': 1,
};

/** Terms that a preset need not have. */
const CUSTOM_TERMS = /^recipes\.(perception|reasoning)\.custom$/;

/** Stage switches by their word, as an example of each shape. */
const SWITCHES: readonly StageSwitch[] = [
  { when: 'manual' },
  { when: 'steps', perceptionSteps: 1 },
  { when: 'plateau', window: 1, minimumGain: 0, perceptionStepsMax: 1 },
];

/** `json` laid over `base`. Throws naming the field, what it takes and the value received. */
export function mergeConfig(base: TrainConfig, json: unknown): TrainConfig {
  return merge(base, json, '') as TrainConfig;
}

function merge(base: unknown, json: unknown, path: string): unknown {
  if (path === 'stageSwitch') return mergeSwitch(json);
  if (base !== null && typeof base === 'object' && !Array.isArray(base)) {
    if (!isObject(json)) throw fault(path || 'config', 'an object', json);
    const known: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(json)) {
      const inner = path ? `${path}.${key}` : key;
      if (CUSTOM_TERMS.test(inner)) {
        known[key] = parseCustomTerms(value, inner);
        continue;
      }
      if (!(key in known)) {
        throw new Error(
          `Config field "${inner}" is not known; known here: ${Object.keys(known).join(', ')}.`,
        );
      }
      known[key] = merge(known[key], value, inner);
    }
    return known;
  }
  if (json === null && NULLABLE.has(path)) return null;
  if (NULLABLE.has(path) || typeof base === 'number') return finiteNumber(json, path);
  if (Array.isArray(base)) {
    if (!Array.isArray(json) || json.length !== base.length)
      throw fault(path, `${base.length} numbers`, json);
    return json.map((value, i) => finiteNumber(value, `${path}[${i}]`));
  }
  const choices = CHOICES[path];
  if (choices && !choices.includes(json as string)) throw fault(path, `one of ${choices.join(', ')}`, json);
  if (typeof json !== typeof base) throw fault(path, `a ${typeof base}`, json);
  return json;
}

function mergeSwitch(json: unknown): StageSwitch {
  const when = isObject(json) ? json.when : undefined;
  const shape = SWITCHES.find((candidate) => candidate.when === when);
  if (!shape) throw fault('stageSwitch.when', `one of ${SWITCHES.map((s) => s.when).join(', ')}`, when);
  const fields = json as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(shape).map((key) => [
      key,
      key === 'when' ? when : finiteNumber(fields[key], `stageSwitch.${key}`),
    ]),
  ) as unknown as StageSwitch; // built key by key from the shape that `when` names
}

function finiteNumber(value: unknown, path: string): number {
  const minimum = MINIMUM[path] ?? -Infinity;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw fault(path, 'a finite number', value);
  if (value < minimum) throw fault(path, `a number of at least ${minimum}`, value);
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fault = (path: string, wanted: string, got: unknown): Error =>
  new Error(`Config field "${path}" takes ${wanted}; got ${JSON.stringify(got) ?? 'nothing'}.`);
