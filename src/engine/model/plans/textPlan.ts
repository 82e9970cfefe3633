/** The language model as steps of a plan: image features and tokens → logits of a window. */
import { attentionForward } from '../../compute/webgpu/attention.ts';
import { qkvColumns } from '../../compute/webgpu/attentionShader.ts';
import { swigluForward } from '../../compute/webgpu/activations.ts';
import { embedForward } from '../../compute/webgpu/embed.ts';
import { copyWindow } from '../../compute/webgpu/layout.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';
import { rope } from '../../compute/webgpu/rope.ts';
import { EMBEDDING, HEAD, TEXT_PREFIX, textLayer } from '../layout.ts';
import { addDense, addNorm, dense, rms } from './dense.ts';
import type { PlanContext, RunSizes } from './workspace.ts';

/** Floats from one row of logits to the next. */
export const logitStride = ({ config }: PlanContext): number => Math.ceil(config.text.vocab_size / 4) * 4;

/** What the forward keeps, sizes, and the layers, for both directions. */
export function languageModel(context: PlanContext) {
  const { config, capacity, workspace, parameters } = context;
  const { text } = config;
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headDim } = text;
  const sequences = ({ groups, rowsPerGroup }: RunSizes) => groups * rowsPerGroup;
  const rows = (sizes: RunSizes) => sequences(sizes) * sizes.length;
  const windowRows = (sizes: RunSizes) => sequences(sizes) * sizes.window;
  const maxRows = capacity.rows * capacity.length;
  const maxWindowRows = capacity.rows * capacity.window;
  const qkvWidth = (heads + 2 * keyValueHeads) * headDim;
  const buffer = (name: string, width: number) => workspace.get(`text ${name}`, maxRows * width);
  const { forwardOnly = false, recompute = false } = context;
  const ofLayer = (i: number, name: string, width: number, shared = forwardOnly || recompute) =>
    buffer(shared ? name : `${i} ${name}`, width);
  const inWindow = (name: string, width: number) => workspace.get(`window ${name}`, maxWindowRows * width);
  const layers = Array.from({ length: text.num_hidden_layers }, (_, i) => {
    const name = (rest: string) => textLayer(i, `${rest}.weight`);
    return {
      norm1: rms(parameters, name('input_layernorm'), text.rms_norm_eps),
      norm2: rms(parameters, name('post_attention_layernorm'), text.rms_norm_eps),
      qkv: dense(
        parameters,
        ['q_proj', 'k_proj', 'v_proj'].map((which) => name(`self_attn.${which}`)),
      ),
      project: dense(parameters, [name('self_attn.o_proj')]),
      gateUp: dense(parameters, [name('mlp.gate_proj'), name('mlp.up_proj')]),
      down: dense(parameters, [name('mlp.down_proj')]),
      kept: {
        x: ofLayer(i, 'x', text.hidden_size, forwardOnly),
        normed1: ofLayer(i, 'normed 1', text.hidden_size),
        qkv: ofLayer(i, 'qkv', qkvWidth, recompute),
        logSumExp: ofLayer(i, 'log sum exp', heads),
        mixed: ofLayer(i, 'mixed', heads * headDim),
        seen: ofLayer(i, 'seen', text.hidden_size),
        normed2: ofLayer(i, 'normed 2', text.hidden_size),
        gateUp: ofLayer(i, 'gate up', 2 * text.intermediate_size),
        inner: ofLayer(i, 'inner', text.intermediate_size),
      },
    };
  });
  return {
    width: text.hidden_size,
    inner: text.intermediate_size,
    headDim,
    attentionRows: context.tuning.attentionRows(headDim),
    heads,
    qkvWidth,
    layers,
    /** The input of layer i, or the result of the last. */
    stream: (i: number) => layers[i]?.kept.x ?? buffer('last', text.hidden_size),
    rows,
    windowRows,
    maxRows,
    maxWindowRows,
    buffer,
    inWindow,
    finalNorm: rms(parameters, `${TEXT_PREFIX}norm.weight`, text.rms_norm_eps),
    head: dense(parameters, [config.tie_word_embeddings ? EMBEDDING : HEAD], {
      outStride: logitStride(context),
    }),
    table: parameters.place(EMBEDDING).offset,
    attention: (sizes: RunSizes) => ({
      batch: sequences(sizes),
      length: sizes.length,
      heads,
      keyValueHeads,
      causal: true,
      scale: 1 / Math.sqrt(headDim),
    }),
    columns: qkvColumns(heads, keyValueHeads, headDim),
    out: { stride: heads * headDim, offset: 0 },
    rope: (sizes: RunSizes) => ({
      rows: rows(sizes),
      length: sizes.length,
      stride: qkvWidth,
      columns: (heads + keyValueHeads) * headDim,
      half: headDim / 2,
    }),
    window: (sizes: RunSizes) => ({
      batch: sequences(sizes),
      length: sizes.length,
      start: sizes.start,
      count: sizes.window,
      width: text.hidden_size,
    }),
    /** What a run uploads: what each position shows, and cosines and sines of the positions. */
    get source() {
      return workspace.get('source', maxRows);
    },
    get cosine() {
      return workspace.get('cosine', (capacity.length * headDim) / 2);
    },
    get sine() {
      return workspace.get('sine', (capacity.length * headDim) / 2);
    },
    get windowed() {
      return inWindow('states', text.hidden_size);
    },
    get windowNormed() {
      return inWindow('normed', text.hidden_size);
    },
    get logits() {
      return inWindow('logits', logitStride(context));
    },
  };
}

export const ropePack = (half: number) => (half % 4 === 0 ? 4 : 1);

type Kept = ReturnType<typeof languageModel>['layers'][number]['kept'];

/** How a layer's positions see each other. */
export interface Attention {
  /** Turns q and k in `kept.qkv` by position. */
  readonly turn: (kept: Kept) => void;
  /** `kept.qkv` → `kept.mixed`. */
  readonly attend: (kept: Kept, layer: number) => void;
  /** Keys and values are all that is wanted: the last layer stops at them. */
  readonly keysAlone?: boolean;
}

/** `stream(0)` → the states that leave the last layer, before the final norm. */
export function addLayers<S extends RunSizes>(
  plan: Plan<S>,
  context: PlanContext,
  attention: Attention,
): void {
  const m = languageModel(context);
  m.layers.forEach(({ down, kept }, i) => {
    addLayerInside(plan, context, attention, i);
    if (attention.keysAlone && i + 1 === m.layers.length) return;
    addDense(plan, context, down, m.rows, { x: kept.inner, out: m.stream(i + 1), residual: kept.seen });
  });
}

/** From the input of a layer to what its last product reads: everything its backward needs. */
export function addLayerInside<S extends RunSizes>(
  plan: Plan<S>,
  context: PlanContext,
  attention: Attention,
  layer: number,
): void {
  const m = languageModel(context);
  const { rows } = m;
  const { norm1, norm2, qkv, project, gateUp, kept } = m.layers[layer];
  addNorm(plan, context, norm1, rows, { x: kept.x, out: kept.normed1 });
  addDense(plan, context, qkv, rows, { x: kept.normed1, out: kept.qkv });
  attention.turn(kept);
  if (attention.keysAlone && layer + 1 === m.layers.length) return;
  attention.attend(kept, layer);
  addDense(plan, context, project, rows, { x: kept.mixed, out: kept.seen, residual: kept.x });
  addNorm(plan, context, norm2, rows, { x: kept.seen, out: kept.normed2 });
  addDense(plan, context, gateUp, rows, { x: kept.normed2, out: kept.gateUp });
  plan.add(swigluForward(4), { gateUp: kept.gateUp, out: kept.inner }, (sizes) => ({
    rows: rows(sizes),
    width: m.inner,
  }));
}

/** Whole sequences, a position seeing what is before it. */
export function sequenceAttention<S extends RunSizes>(plan: Plan<S>, context: PlanContext): Attention {
  const m = languageModel(context);
  return {
    turn: ({ qkv }) =>
      plan.add(rope(ropePack(m.headDim / 2)), { cosine: m.cosine, sine: m.sine, x: qkv }, (sizes) => ({
        ...m.rope(sizes),
        sign: 1 as const,
      })),
    attend: ({ qkv, mixed, logSumExp }) =>
      plan.add(
        attentionForward(m.headDim, m.attentionRows),
        { q: qkv, k: qkv, v: qkv, out: mixed, logSumExp },
        (sizes) => ({ ...m.attention(sizes), ...m.columns, out: m.out }),
      ),
  };
}

/** source and image features → the states that leave the last layer, or, `keysAlone`, its keys and values. */
export function addTextLayers<S extends RunSizes>(
  plan: Plan<S>,
  context: PlanContext,
  features: GPUBuffer,
  keysAlone = false,
): void {
  const m = languageModel(context);
  const parameters = context.parameters.buffer;
  plan.add(embedForward(4), { parameters, features, source: m.source, out: m.stream(0) }, (sizes) => ({
    rows: m.rows(sizes),
    width: m.width,
    table: m.table,
  }));
  addLayers(plan, context, { ...sequenceAttention(plan, context), keysAlone });
}

/** States [sequences·window, width], before or after the final norm → logits [sequences·window, logitStride]. */
export function addHead<S extends RunSizes>(
  plan: Plan<S>,
  context: PlanContext,
  from: { readonly states: GPUBuffer } | { readonly normed: GPUBuffer },
): GPUBuffer {
  const m = languageModel(context);
  const normed = 'normed' in from ? from.normed : m.windowNormed;
  if ('states' in from) addNorm(plan, context, m.finalNorm, m.windowRows, { x: from.states, out: normed });
  addDense(plan, context, m.head, m.windowRows, { x: normed, out: m.logits });
  return m.logits;
}

/** The last layer's states → logits of the window. */
export function addLogits<S extends RunSizes>(plan: Plan<S>, context: PlanContext): GPUBuffer {
  const m = languageModel(context);
  plan.add(copyWindow(4), { x: m.stream(m.layers.length), out: m.windowed }, m.window);
  return addHead(plan, context, { states: m.windowed });
}
