/** Attention's backward, which the vision tower and the language model share. */
import { attentionKeyGradient, attentionQueryGradient } from '../../compute/webgpu/attention.ts';
import type { Columns, Sizes } from '../../compute/webgpu/attentionShader.ts';
import type { Plan } from '../../compute/webgpu/plan.ts';

/** How a model's heads lie in its buffers. */
export interface AttentionShape<S> {
  readonly headDim: number;
  readonly attentionRows: number;
  readonly attention: (sizes: S) => Sizes;
  /** Of q, k and v, and of their gradients. */
  readonly columns: Readonly<Record<'q' | 'k' | 'v', Columns>>;
  /** Of the mixed values. */
  readonly out: Columns;
}

export interface AttentionBuffers {
  readonly kept: Readonly<Record<'qkv' | 'mixed' | 'logSumExp', GPUBuffer>>;
  readonly dMixed: GPUBuffer;
  readonly dQkv: GPUBuffer;
  /** Scratch [batch, heads, length]. */
  readonly delta: GPUBuffer;
}

/** dMixed → dQkv, in the columns of q, k and v. */
export function addAttentionBackward<S>(
  plan: Plan<S>,
  { headDim, attentionRows, attention, columns, out }: AttentionShape<S>,
  { kept, dMixed, dQkv, delta }: AttentionBuffers,
): void {
  const { qkv, mixed, logSumExp } = kept;
  const read = { q: qkv, k: qkv, v: qkv, dOut: dMixed, logSumExp };
  plan.add(
    attentionQueryGradient(headDim, attentionRows),
    { ...read, out: mixed, dQ: dQkv, delta },
    (sizes) => ({ ...attention(sizes), ...columns, out, dOut: out, dQ: columns.q }),
  );
  plan.add(attentionKeyGradient(headDim, attentionRows), { ...read, delta, gradients: dQkv }, (sizes) => ({
    ...attention(sizes),
    ...columns,
    dOut: out,
    dK: columns.k,
    dV: columns.v,
  }));
}
