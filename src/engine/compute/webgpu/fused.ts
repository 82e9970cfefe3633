import * as tf from '@tensorflow/tfjs-core';

let reason: string | null = null;

/**
 * True where our own WGSL computes, in ops and in static plans on flat buffers: webgpu is the current backend and nothing
 * speaks against it. Where it does, every op is its composite of plain tfjs ops.
 */
export function fusedOps(): boolean {
  return tf.getBackend() === 'webgpu' && reason === null;
}

/** Why the fused ops are off although webgpu computes; null when they are not. */
export function fusedOpsOff(): string | null {
  return reason;
}

/** Turns the fused ops off, with the reason, or on again with null. Policies made before stay as they are. */
export function setFusedOpsOff(why: string | null): void {
  reason = why;
}
