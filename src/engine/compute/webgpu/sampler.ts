/**
 * Token choice on the device: the tokens that rl/sampler.ts would draw from the same logits, without a read-back.
 * As there: temperature, top-k, top-p, then the inverse of the cumulative distribution at one uniform a row, whose
 * address is (seed, step, group, rollout, position). One uniform and not Gumbel's one a token, so that both draw
 * the same token and a row's draw costs one hash.
 */
import type { Operation } from './kernel.ts';
import { rowLanes, type Lanes } from './rowLanes.ts';
import { SAMPLER_BODY, SAMPLER_CODE } from './samplerCode.ts';

export interface SampleTokensCall {
  readonly rows: number;
  /** Logits lie in rows `stride` floats apart, of which the first `vocabulary` count. */
  readonly stride: number;
  readonly vocabulary: number;
  /** Tokens a row of `tokens` and `logProbs` has room for; state[0] is below it. */
  readonly capacity: number;
  /** 0: greedy. */
  readonly temperature: number;
  /** 0: off. */
  readonly topK: number;
  /** 1: off. */
  readonly topP: number;
  readonly seed: number;
  readonly step: number;
  readonly eos: number;
  readonly pad: number;
}

/** Of a row in `done`. Rows that are not `running` get pad tokens of log-prob 0. */
export const ROW_STATES = { running: 0, ended: 1, notFinite: 2 } as const;

/**
 * logits [rows, stride], addresses [rows, 2] (group, rollout), state [position, …] → a token a row: in `current`
 * [rows] and, with its log-prob, at the position in tokens and logProbs [rows, capacity]; done [rows] becomes `ended`
 * at eos and `notFinite` where a logit is NaN or infinite (−Infinity alone may stand beside finite ones). The
 * log-prob, nats, is of the full softmax of logits / temperature; greedy, at temperature 1.
 * Sums are float32: a token differs from the float64 reference's only where the uniform falls within rounding of an
 * edge between two tokens, or a mass of top-p's edge. Measured on SwiftShader: 11 of a million draws from 333 tokens,
 * 5 of 6 000 from 8192; the last digits of the logits, which differ between backends, move the edges as far.
 */
export function sampleTokens(lanes: Lanes) {
  const { workgroups, start, declarations, ...rows } = rowLanes(lanes);
  return {
    kernel: {
      name: `sample_tokens_${lanes}`,
      buffers: {
        logits: 'read f32',
        addresses: 'read u32',
        state: 'read u32',
        done: 'write u32',
        current: 'write i32',
        tokens: 'write i32',
        logProbs: 'write f32',
      },
      uniforms: {
        rows: 'u32',
        stride: 'u32',
        vocabulary: 'u32',
        capacity: 'u32',
        inverseTemperature: 'f32',
        greedy: 'u32',
        removable: 'f32',
        topK: 'u32',
        topP: 'u32',
        seed: 'u32',
        step: 'u32',
        eos: 'i32',
        pad: 'i32',
      },
      ...rows,
      declarations: declarations + SAMPLER_CODE,
      body: start + SAMPLER_BODY,
    },
    uniforms: (call) => {
      const greedy = call.temperature === 0;
      return [
        call.rows,
        call.stride,
        call.vocabulary,
        call.capacity,
        greedy ? 1 : 1 / call.temperature,
        Number(greedy),
        1 - call.topP,
        !greedy && call.topK < call.vocabulary ? call.topK : 0,
        Number(!greedy && call.topP < 1),
        call.seed,
        call.step,
        call.eos,
        call.pad,
      ];
    },
    workgroups: ({ rows }) => workgroups(rows),
  } as const satisfies Operation<SampleTokensCall>;
}

/** Between two positions: state [3] = [position + 1, rows still running, 1 once a row was not finite]. */
export const ADVANCE = {
  kernel: {
    name: 'advance_position',
    buffers: { done: 'read u32', state: 'write u32' },
    uniforms: { rows: 'u32' },
    workgroup: [1],
    body: `
    var running = 0u;
    for (var row = 0u; row < u.rows; row++) {
      if (done[row] == ${ROW_STATES.running}u) { running++; }
      if (done[row] == ${ROW_STATES.notFinite}u) { state[2] = 1u; }
    }
    state[0] += 1u;
    state[1] = running;`,
  },
  uniforms: ({ rows }) => [rows],
  workgroups: () => [1, 1, 1],
} as const satisfies Operation<{ readonly rows: number }>;
