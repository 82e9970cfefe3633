/**
 * Log-probs, entropies and the gradient of the logits, without a one-hot and without a log-softmax in memory.
 * Logits lie in rows `stride` floats apart, of which the first `vocabulary` count.
 */
import { workgroupsFor, type Operation } from './kernel.ts';
import { rowLanes, type Lanes } from './rowLanes.ts';

export interface TokenStatisticsCall {
  readonly rows: number;
  readonly stride: number;
  readonly vocabulary: number;
  readonly temperature: number;
  /** Where the three sections of `statistics` start, floats; each has a number a row. */
  readonly logProbs: number;
  readonly entropies: number;
  readonly logSumExp: number;
}

/** One after the other: `statistics` [3, rows], read back at once. */
export function statisticsSections(rows: number) {
  return { logProbs: 0, entropies: rows, logSumExp: 2 * rows };
}

const STATISTICS = {
  buffers: { logits: 'read f32', targets: 'read i32', statistics: 'write f32' },
  uniforms: {
    rows: 'u32',
    stride: 'u32',
    vocabulary: 'u32',
    inverseTemperature: 'f32',
    logProbs: 'u32',
    entropies: 'u32',
    logSumExp: 'u32',
  },
} as const;

/**
 * logits [rows, stride], targets [rows] → of softmax(logits / temperature), nats: the target's log-prob, the entropy,
 * and log Σ exp(logits / temperature), each [rows], in the sections of `statistics`.
 */
export function tokenStatistics(lanes: Lanes) {
  const { workgroups, start, ...rows } = rowLanes(lanes);
  return {
    kernel: {
      name: `token_statistics_${lanes}`,
      ...STATISTICS,
      ...rows,
      // Sums of sums of 32, which round less than one long sum.
      body: `${start}
    let first = row * u.stride;
    var key = 0u;
    var at = 0u;
    for (var i = lane; i < u.vocabulary; i += LANES) {
      let k = keyOf(logits[first + i]);
      if (k > key) { key = k; at = i; }
    }
    let largest = logits[first + largestOfLanes(lane, key, at).y];
    // Σ e and −Σ e·d with e = exp(d): both grow, nothing cancels.
    var mine = vec3<f32>(0.0);
    for (var block = lane; block < u.vocabulary; block += 32u * LANES) {
      var part = vec3<f32>(0.0);
      let end = min(block + 32u * LANES, u.vocabulary);
      for (var i = block; i < end; i += LANES) {
        let d = max((logits[first + i] - largest) * u.inverseTemperature, -100.0);
        let e = exp(d);
        part += vec3<f32>(e, -e * d, 0.0);
      }
      mine += part;
    }
    let sums = totalOfLanes(lane, mine);
    if (lane > 0u) { return; }
    let logTotal = log(sums.x);
    let chosen = logits[first + u32(targets[row])];
    statistics[u.logProbs + row] = (chosen - largest) * u.inverseTemperature - logTotal;
    statistics[u.entropies + row] = logTotal + sums.y / sums.x;
    statistics[u.logSumExp + row] = largest * u.inverseTemperature + logTotal;`,
    },
    uniforms: ({ rows, stride, vocabulary, temperature, logProbs, entropies, logSumExp }) => [
      rows,
      stride,
      vocabulary,
      1 / temperature,
      logProbs,
      entropies,
      logSumExp,
    ],
    workgroups: ({ rows }) => workgroups(rows),
  } as const satisfies Operation<TokenStatisticsCall>;
}

export type LogitsGradientCall = Pick<
  TokenStatisticsCall,
  'rows' | 'stride' | 'vocabulary' | 'temperature' | 'logSumExp'
>;

/**
 * In place, logits [rows, stride] → d loss / d logits = coefficients[row] · (onehot(target) − softmax) / temperature,
 * where coefficients [rows] = d loss / d log-prob. Columns from `vocabulary` on and rows of coefficient 0 become 0.
 * An invocation an element: no row is joined, so there is no choice of lanes.
 */
export const LOGITS_GRADIENT = {
  kernel: {
    name: 'logits_gradient',
    buffers: {
      targets: 'read i32',
      statistics: 'read f32',
      coefficients: 'read f32',
      logits: 'write f32',
    },
    uniforms: {
      rows: 'u32',
      stride: 'u32',
      vocabulary: 'u32',
      inverseTemperature: 'f32',
      logSumExp: 'u32',
    },
    workgroup: [64],
    body: `
    let row = index / u.stride;
    if (row >= u.rows) { return; }
    let column = index % u.stride;
    let coefficient = coefficients[row];
    if (coefficient == 0.0 || column >= u.vocabulary) {
      logits[index] = 0.0;
      return;
    }
    let p = exp(logits[index] * u.inverseTemperature - statistics[u.logSumExp + row]);
    let chosen = select(0.0, 1.0, column == u32(targets[row]));
    logits[index] = coefficient * (chosen - p) * u.inverseTemperature;`,
  },
  uniforms: ({ rows, stride, vocabulary, temperature, logSumExp }) => [
    rows,
    stride,
    vocabulary,
    1 / temperature,
    logSumExp,
  ],
  workgroups: ({ rows, stride }) => workgroupsFor(rows * stride, 64),
} as const satisfies Operation<LogitsGradientCall>;
