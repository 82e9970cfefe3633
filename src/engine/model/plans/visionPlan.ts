/** The vision tower and the connector as steps of a plan, forward and backward: pictures → image features. */
import { attentionForward } from '../../compute/webgpu/attention.ts';
import { qkvColumns } from '../../compute/webgpu/attentionShader.ts';
import { geluBackward } from '../../compute/webgpu/activations.ts';
import {
  addPositions,
  patchRows,
  pixelShuffle,
  pixelUnshuffle,
  positionsGradient,
} from '../../compute/webgpu/layout.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';
import { imageTokenCount } from '../config.ts';
import { CONNECTOR, VISION_PREFIX, visionLayer } from '../layout.ts';
import { addAttentionBackward } from './attentionBackward.ts';
import {
  addDense,
  addDenseInputGradient,
  addDenseWeightGradient,
  addNorm,
  addNormBackward,
  dense,
  layerNorm,
} from './dense.ts';
import type { GradientContext, PlanContext, RunSizes } from './workspace.ts';

const PATCHES = `${VISION_PREFIX}embeddings.patch_embedding`;
const POSITIONS = `${VISION_PREFIX}embeddings.position_embedding.weight`;
const POST_NORM = `${VISION_PREFIX}post_layernorm`;

/** Names of what the forward keeps, sizes, and the layers, for both directions. */
function tower({ config, capacity, workspace, parameters, tuning, forwardOnly }: PlanContext) {
  const { vision: v, scale_factor: factor } = config;
  const side = v.image_size / v.patch_size;
  const period = side * side;
  const rows = ({ groups }: RunSizes) => groups * period;
  const maxRows = capacity.groups * period;
  const headDim = v.hidden_size / v.num_attention_heads;
  const tokens = imageTokenCount(config);
  const buffer = (name: string, width: number) => workspace.get(`vision ${name}`, maxRows * width);
  const ofLayer = (i: number, name: string, width: number) =>
    buffer(forwardOnly ? name : `${i} ${name}`, width);
  const layers = Array.from({ length: v.num_hidden_layers }, (_, i) => {
    const name = (rest: string) => visionLayer(i, rest);
    const qkv = ['q_proj', 'k_proj', 'v_proj'].map((which) => name(`self_attn.${which}`));
    return {
      norm1: layerNorm(parameters, name('layer_norm1'), v.layer_norm_eps),
      norm2: layerNorm(parameters, name('layer_norm2'), v.layer_norm_eps),
      qkv: dense(parameters, qkv, { bias: true }),
      project: dense(parameters, [name('self_attn.out_proj')], { bias: true }),
      fc1: dense(parameters, [name('mlp.fc1')], { bias: true }),
      fc2: dense(parameters, [name('mlp.fc2')], { bias: true }),
      kept: {
        x: ofLayer(i, 'x', v.hidden_size),
        normed1: ofLayer(i, 'normed 1', v.hidden_size),
        qkv: ofLayer(i, 'qkv', 3 * v.hidden_size),
        logSumExp: ofLayer(i, 'log sum exp', v.num_attention_heads),
        mixed: ofLayer(i, 'mixed', v.hidden_size),
        seen: ofLayer(i, 'seen', v.hidden_size),
        normed2: ofLayer(i, 'normed 2', v.hidden_size),
        inner: ofLayer(i, 'inner', v.intermediate_size),
        active: ofLayer(i, 'active', v.intermediate_size),
      },
    };
  });
  return {
    width: v.hidden_size,
    inner: v.intermediate_size,
    layers,
    rows,
    maxRows,
    period,
    headDim,
    attentionRows: tuning.attentionRows(headDim),
    buffer,
    patches: dense(parameters, [PATCHES], { bias: true }),
    postNorm: layerNorm(parameters, POST_NORM, v.layer_norm_eps),
    connector: dense(parameters, [CONNECTOR]),
    featureRows: ({ groups }: RunSizes) => groups * tokens,
    attention: ({ groups }: RunSizes) => ({
      batch: groups,
      length: period,
      heads: v.num_attention_heads,
      keyValueHeads: v.num_attention_heads,
      causal: false,
      scale: 1 / Math.sqrt(headDim),
    }),
    columns: qkvColumns(v.num_attention_heads, v.num_attention_heads, headDim),
    out: { stride: v.hidden_size, offset: 0 },
    shuffle: ({ groups }: RunSizes) => ({ batch: groups, side, width: v.hidden_size, factor }),
    positions: ({ groups }: RunSizes) => ({
      batch: groups,
      period,
      width: v.hidden_size,
      offset: parameters.place(POSITIONS).offset,
    }),
    /** Result of the last layer, and what follows. */
    last: buffer('last', v.hidden_size),
    post: buffer('post norm', v.hidden_size),
    shuffled: buffer('shuffled', v.hidden_size),
    patchRows: buffer('patches', v.num_channels * v.patch_size ** 2),
    features: workspace.get('image features', capacity.groups * tokens * config.text.hidden_size),
    /** Pictures [groups, channels, size, size], normalised. */
    pixels: workspace.get('pixels', capacity.groups * v.num_channels * v.image_size ** 2),
  };
}

/** Where a run's pictures go. */
export const pixelsOf = (context: PlanContext): GPUBuffer => tower(context).pixels;

/** pixels → image features [groups·imageTokens, text width], which the text's steps read. */
export function addVisionForward<S extends RunSizes>(plan: Plan<S>, context: PlanContext): GPUBuffer {
  const t = tower(context);
  const { vision: v } = context.config;
  const { rows, layers } = t;
  plan.add(
    patchRows(v.patch_size % 4 === 0 ? 4 : 1),
    { pixels: t.pixels, out: t.patchRows },
    ({ groups }) => ({
      images: groups,
      channels: v.num_channels,
      size: v.image_size,
      patch: v.patch_size,
    }),
  );
  const first = layers[0]?.kept.x ?? t.last;
  addDense(plan, context, t.patches, rows, { x: t.patchRows, out: first });
  plan.add(addPositions(4), { parameters: context.parameters.buffer, x: first }, t.positions);
  layers.forEach(({ norm1, norm2, qkv, project, fc1, fc2, kept }, i) => {
    addNorm(plan, context, norm1, rows, { x: kept.x, out: kept.normed1 });
    addDense(plan, context, qkv, rows, { x: kept.normed1, out: kept.qkv });
    plan.add(
      attentionForward(t.headDim, t.attentionRows),
      { q: kept.qkv, k: kept.qkv, v: kept.qkv, out: kept.mixed, logSumExp: kept.logSumExp },
      (sizes) => ({ ...t.attention(sizes), ...t.columns, out: t.out }),
    );
    addDense(plan, context, project, rows, { x: kept.mixed, out: kept.seen, residual: kept.x });
    addNorm(plan, context, norm2, rows, { x: kept.seen, out: kept.normed2 });
    addDense(plan, context, fc1, rows, { x: kept.normed2, out: kept.inner, active: kept.active });
    const next = layers[i + 1]?.kept.x ?? t.last;
    addDense(plan, context, fc2, rows, { x: kept.active, out: next, residual: kept.seen });
  });
  addNorm(plan, context, t.postNorm, rows, { x: t.last, out: t.post });
  plan.add(pixelShuffle(4), { x: t.post, out: t.shuffled }, t.shuffle);
  addDense(plan, context, t.connector, t.featureRows, { x: t.shuffled, out: t.features });
  return t.features;
}

/** The gradient of the features → gradients of the connector and, with `whole`, of the tower. */
export function addVisionBackward<S extends RunSizes>(
  plan: Plan<S>,
  context: GradientContext,
  dFeatures: GPUBuffer,
  whole: boolean,
): void {
  const t = tower(context);
  const { rows, maxRows } = t;
  addDenseWeightGradient(plan, context, t.connector, t.featureRows, { dy: dFeatures, x: t.shuffled });
  if (!whole) return;
  const dShuffled = t.buffer('d shuffled', t.width);
  const dNormed = t.buffer('d normed', t.width);
  const dx = t.buffer('d x', t.width);
  const dMixed = t.buffer('d mixed', t.width);
  const dQkv = t.buffer('d qkv', 3 * t.width);
  const delta = t.buffer('delta', context.config.vision.num_attention_heads);
  const dActive = t.buffer('d active', t.inner);
  const dInner = t.buffer('d inner', t.inner);
  addDenseInputGradient(plan, context, t.connector, t.featureRows, { dy: dFeatures, dx: dShuffled });
  plan.add(pixelUnshuffle(4), { x: dShuffled, out: dNormed }, t.shuffle);
  addNormBackward(plan, context, t.postNorm, rows, maxRows, {
    x: t.last,
    dy: dNormed,
    dx,
    accumulate: false,
  });
  for (const { norm1, norm2, qkv, project, fc1, fc2, kept } of [...t.layers].reverse()) {
    addDenseWeightGradient(plan, context, fc2, rows, { dy: dx, x: kept.active });
    addDenseInputGradient(plan, context, fc2, rows, { dy: dx, dx: dActive });
    plan.add(geluBackward(4), { x: kept.inner, dy: dActive, dx: dInner }, (sizes) => ({
      count: rows(sizes) * t.inner,
    }));
    addDenseWeightGradient(plan, context, fc1, rows, { dy: dInner, x: kept.normed2 });
    addDenseInputGradient(plan, context, fc1, rows, { dy: dInner, dx: dNormed });
    addNormBackward(plan, context, norm2, rows, maxRows, { x: kept.seen, dy: dNormed, dx, accumulate: true });
    addDenseWeightGradient(plan, context, project, rows, { dy: dx, x: kept.mixed });
    addDenseInputGradient(plan, context, project, rows, { dy: dx, dx: dMixed });
    addAttentionBackward(plan, t, { kept, dMixed, dQkv, delta });
    addDenseWeightGradient(plan, context, qkv, rows, { dy: dQkv, x: kept.normed1 });
    addDenseInputGradient(plan, context, qkv, rows, { dy: dQkv, dx: dNormed });
    addNormBackward(plan, context, norm1, rows, maxRows, { x: kept.x, dy: dNormed, dx, accumulate: true });
  }
  plan.add(positionsGradient(4), { dx, gradients: context.gradients }, t.positions);
  addDenseWeightGradient(plan, context, t.patches, rows, { dy: dx, x: t.patchRows });
}
