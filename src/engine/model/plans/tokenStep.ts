/** One token of every row as steps of a plan: the token drawn last → keys and values, logits, the next token. */
import { decodeAttention } from '../../compute/webgpu/decodeAttention.ts';
import { decodeLayer, layerFits, type LayerShape } from '../../compute/webgpu/decodeLayer.ts';
import { embedAndAdvance } from '../../compute/webgpu/embed.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';
import { ropeDecode } from '../../compute/webgpu/rope.ts';
import { sampleTokens } from '../../compute/webgpu/sampler.ts';
import { addHead, addLayers, languageModel, logitStride, ropePack } from './textPlan.ts';
import type { PlanContext, RunSizes } from './workspace.ts';

/** The most a decode can take at once. */
export interface DecodeCapacity {
  /** Prompts. */
  readonly groups: number;
  readonly rows: number;
  /** Tokens of a prompt. */
  readonly promptLength: number;
  readonly newTokens: number;
}

/** How tokens are drawn. */
export interface Drawing {
  /** Tokens a row may get. */
  readonly newTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  /** 1: off. */
  readonly topP: number;
  /** 0: off. */
  readonly topK: number;
  readonly seed: number;
  readonly step: number;
}

/** Sequences of one token, with what the attention to their prompts needs. */
export interface StepSizes extends RunSizes, Drawing {
  /** Positions of each prompt's keys and values. */
  readonly prefixRows: number;
}

/** What the steps read and leave; all but `own`, `tokens` and `logProbs` is set before a run. */
export function decodeBuffers({ config, workspace }: PlanContext, capacity: DecodeCapacity) {
  const { groups, rows, promptLength, newTokens } = capacity;
  const { head_dim: headDim, num_key_value_heads: keyValueHeads, num_hidden_layers } = config.text;
  const angles = ((promptLength + newTokens) * headDim) / 2;
  return {
    cosine: workspace.get('cosine of every position', angles),
    sine: workspace.get('sine of every position', angles),
    /** [groups]: prompt tokens whose keys and values the prefill has. The last one is fed by the first step. */
    lengths: workspace.get('prompt lengths', groups),
    /** [rows, 2] */
    addresses: workspace.get('addresses', 2 * rows),
    /** [rows]: the token to feed. */
    current: workspace.get('current tokens', rows),
    /** [rows] */
    done: workspace.get('row states', rows),
    /** Of `ADVANCE`. */
    state: workspace.get('state', 4),
    /** Of each layer, keys and values of the tokens fed so far: [rows, newTokens, 2·keyValueHeads·headDim]. */
    own: Array.from({ length: num_hidden_layers }, (_, i) =>
      workspace.get(`${i} own keys and values`, rows * newTokens * 2 * keyValueHeads * headDim),
    ),
    /** [rows, newTokens] */
    tokens: workspace.get('tokens', rows * newTokens),
    logProbs: workspace.get('log-probs', rows * newTokens),
  };
}

/**
 * Adds a token step. `context` is for sequences of one token; `prefix` has each layer's queries, keys and values of
 * the prompts, which are read where the prefill left them.
 */
export function addTokenStep(
  plan: Plan<StepSizes>,
  context: PlanContext,
  capacity: DecodeCapacity,
  prefix: readonly GPUBuffer[],
): void {
  const m = languageModel(context);
  const { text } = context.config;
  const b = decodeBuffers(context, capacity);
  const { addresses, state, done, current, tokens, logProbs } = b;
  const parameters = context.parameters.buffer;
  plan.add(embedAndAdvance(4), { parameters, tokens: current, done, state, out: m.stream(0) }, (sizes) => ({
    rows: m.rows(sizes),
    width: m.width,
    table: m.table,
  }));
  const shape = {
    width: m.width,
    heads: m.heads,
    keyValueHeads: text.num_key_value_heads,
    headDim: m.headDim,
    inner: m.inner,
  };
  const { lanes, wholeLayers } = context.tuning;
  const whole = wholeLayers && layerFits(shape);
  if (whole) addWholeLayers(plan, context, b, prefix, shape);
  else addLayersInParts(plan, context, b, prefix);
  const logits = whole
    ? addHead(plan, context, { normed: m.stream(0) })
    : addHead(plan, context, { states: m.stream(m.layers.length) });
  plan.add(
    sampleTokens(lanes),
    { logits, addresses, state, done, current, tokens, logProbs },
    ({ newTokens, ...sizes }) => ({
      ...sizes,
      rows: m.windowRows(sizes),
      stride: logitStride(context),
      vocabulary: text.vocab_size,
      capacity: newTokens,
      eos: text.eos_token_id,
      pad: text.pad_token_id,
    }),
  );
}

type Buffers = ReturnType<typeof decodeBuffers>;

/** A dispatch a layer; `stream(0)` → the normed states, in place. */
function addWholeLayers(
  plan: Plan<StepSizes>,
  context: PlanContext,
  { lengths, state, cosine, sine, own }: Buffers,
  prefix: readonly GPUBuffer[],
  shape: LayerShape,
): void {
  const m = languageModel(context);
  const operation = decodeLayer(shape);
  m.layers.forEach(({ norm1, norm2, qkv, project, gateUp, down }, i) => {
    const [q, k, v, o, gate, up, d] = [qkv, project, gateUp, down].flatMap(({ layers }) =>
      layers.map(({ weight }) => weight),
    );
    const buffers = {
      parameters: context.parameters.buffer,
      prefix: prefix[i],
      own: own[i],
      x: m.stream(0),
      ...{ lengths, state, cosine, sine },
    };
    plan.add(operation, buffers, (sizes) => ({
      rows: m.rows(sizes),
      rowsPerGroup: sizes.rowsPerGroup,
      prefixRows: sizes.prefixRows,
      capacity: sizes.newTokens,
      epsilon: norm1.epsilon,
      norm1: norm1.weight,
      norm2: norm2.weight,
      project: o,
      down: d,
      finalNorm: i + 1 === m.layers.length ? m.finalNorm.weight : null,
      ...{ q, k, v, gate, up },
    }));
  });
}

/** `stream(0)` → the states that leave the last layer, by the operations of training. */
function addLayersInParts(
  plan: Plan<StepSizes>,
  context: PlanContext,
  { lengths, state, cosine, sine, done, own }: Buffers,
  prefix: readonly GPUBuffer[],
): void {
  const m = languageModel(context);
  const { num_key_value_heads: keyValueHeads } = context.config.text;
  const ownColumns = { stride: 2 * keyValueHeads * m.headDim, offset: 0 };
  addLayers(plan, context, {
    turn: ({ qkv }) =>
      plan.add(ropeDecode(ropePack(m.headDim / 2)), { cosine, sine, lengths, state, x: qkv }, (sizes) => ({
        ...m.rope(sizes),
        rowsPerGroup: sizes.rowsPerGroup,
      })),
    attend: ({ qkv, mixed }, i) =>
      plan.add(
        decodeAttention(m.headDim, context.tuning.attentionLanes),
        { qkv, prefix: prefix[i], prefixLengths: lengths, state, done, own: own[i], out: mixed },
        (sizes) => ({
          rows: m.rows(sizes),
          rowsPerGroup: sizes.rowsPerGroup,
          prefixRows: sizes.prefixRows,
          capacity: sizes.newTokens,
          heads: m.heads,
          keyValueHeads,
          scale: 1 / Math.sqrt(m.headDim),
          ...m.columns,
          prefixK: m.columns.k,
          prefixV: m.columns.v,
          ownK: ownColumns,
          ownV: { ...ownColumns, offset: keyValueHeads * m.headDim },
          out: m.out,
        }),
      ),
  });
}
