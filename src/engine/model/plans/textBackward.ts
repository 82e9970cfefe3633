/** The language model's backward as steps of a plan: the gradient of a window's logits → all gradients. */
import { swigluBackward } from '../../compute/webgpu/activations.ts';
import { embedGradient, featureGradient } from '../../compute/webgpu/embed.ts';
import { spreadWindow } from '../../compute/webgpu/layout.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';
import { rope } from '../../compute/webgpu/rope.ts';
import { imageTokenCount } from '../config.ts';
import { addAttentionBackward } from './attentionBackward.ts';
import { addDenseInputGradient, addDenseWeightGradient, addNormBackward } from './dense.ts';
import { addLayerInside, languageModel, ropePack, sequenceAttention } from './textPlan.ts';
import type { GradientContext, PlanContext, RunSizes } from './workspace.ts';

/** Lists of the rows that show each word and each feature, for the embedding's gradient. */
export function embeddingLists(context: PlanContext) {
  const { workspace, config, capacity } = context;
  const features = capacity.groups * imageTokenCount(config);
  return {
    wordOrder: workspace.get('word order', capacity.rows * capacity.length),
    wordStarts: workspace.get('word starts', config.text.vocab_size + 1),
    featureOrder: workspace.get('feature order', capacity.rows * imageTokenCount(config)),
    featureStarts: workspace.get('feature starts', features + 1),
    dFeatures: workspace.get('d image features', features * config.text.hidden_size),
  };
}

/** The gradient of the logits, in place of them → gradients of the language model and of the image features. */
export function addTextBackward<S extends RunSizes>(plan: Plan<S>, context: GradientContext): GPUBuffer {
  const m = languageModel(context);
  const { rows, maxRows } = m;
  const { gradients, config } = context;
  const dWindow = m.inWindow('d states', m.width);
  const dWindowNormed = m.inWindow('d normed', m.width);
  const dx = m.buffer('d x', m.width);
  const dNormed = m.buffer('d normed', m.width);
  const dInner = m.buffer('d inner', m.inner);
  const dGateUp = m.buffer('d gate up', 2 * m.inner);
  const dMixed = m.buffer('d mixed', m.out.stride);
  const dQkv = m.buffer('d qkv', m.qkvWidth);
  const delta = m.buffer('delta', m.heads);

  addDenseWeightGradient(plan, context, m.head, m.windowRows, { dy: m.logits, x: m.windowNormed });
  addDenseInputGradient(plan, context, m.head, m.windowRows, { dy: m.logits, dx: dWindowNormed });
  addNormBackward(plan, context, m.finalNorm, m.windowRows, m.maxWindowRows, {
    x: m.windowed,
    dy: dWindowNormed,
    dx: dWindow,
    accumulate: false,
  });
  plan.add(spreadWindow(4), { dOut: dWindow, dx }, m.window);
  const last = m.layers.length - 1;
  for (let i = last; i >= 0; i--) {
    const { norm1, norm2, qkv, project, gateUp, down, kept } = m.layers[i];
    // The last layer's are still there.
    if (context.recompute && i < last) addLayerInside(plan, context, sequenceAttention(plan, context), i);
    addDenseWeightGradient(plan, context, down, rows, { dy: dx, x: kept.inner });
    addDenseInputGradient(plan, context, down, rows, { dy: dx, dx: dInner });
    plan.add(swigluBackward(4), { gateUp: kept.gateUp, dy: dInner, dGateUp }, (sizes) => ({
      rows: rows(sizes),
      width: m.inner,
    }));
    addDenseWeightGradient(plan, context, gateUp, rows, { dy: dGateUp, x: kept.normed2 });
    addDenseInputGradient(plan, context, gateUp, rows, { dy: dGateUp, dx: dNormed });
    addNormBackward(plan, context, norm2, rows, maxRows, { x: kept.seen, dy: dNormed, dx, accumulate: true });
    addDenseWeightGradient(plan, context, project, rows, { dy: dx, x: kept.mixed });
    addDenseInputGradient(plan, context, project, rows, { dy: dx, dx: dMixed });
    addAttentionBackward(plan, m, { kept, dMixed, dQkv, delta });
    plan.add(rope(ropePack(m.headDim / 2)), { cosine: m.cosine, sine: m.sine, x: dQkv }, (sizes) => ({
      ...m.rope(sizes),
      sign: -1 as const,
    }));
    addDenseWeightGradient(plan, context, qkv, rows, { dy: dQkv, x: kept.normed1 });
    addDenseInputGradient(plan, context, qkv, rows, { dy: dQkv, dx: dNormed });
    addNormBackward(plan, context, norm1, rows, maxRows, { x: kept.x, dy: dNormed, dx, accumulate: true });
  }
  const lists = embeddingLists(context);
  plan.add(
    embedGradient(4),
    { dOut: dx, order: lists.wordOrder, starts: lists.wordStarts, gradients },
    () => ({ vocabulary: config.text.vocab_size, width: m.width, table: m.table }),
  );
  plan.add(
    featureGradient(4),
    { dOut: dx, order: lists.featureOrder, starts: lists.featureStarts, dFeatures: lists.dFeatures },
    ({ groups }) => ({ featureRows: groups * imageTokenCount(config), width: m.width }),
  );
  return lists.dFeatures;
}
