/** The loss oracle, for the tests of this folder. */
import type { MiniBatchSizes } from './aggregation.ts';
import { PEBR_OBJECTIVE as pebr } from './presets.ts';
import type { Aggregation, ObjectiveConfig } from './types.ts';

interface LossCase {
  name: string;
  'per_token_loss(before KL, unmasked)': number[][];
  beta: number;
  loss: Record<string, number>;
  grad_new_logp: Record<string, number[][]>;
}
interface LossOracle {
  old_logp: number[][];
  new_logp: number[][];
  ref_logp: number[][];
  mask: number[][];
  advantages_per_seq: number[];
  max_completion_length: number;
  token_ratios: number[][];
  sequence_ratios: number[];
  cases: LossCase[];
  'luspo eps 2e-3/2.5e-3': number;
  vespo_phi: number[];
  'TRL clip metrics eps 0.2/0.2': Record<string, number>;
  'kl(k3) metrics': Record<string, number>;
}
/** TRL's clipped loss, averaged over tokens, without a KL. */
export const ORACLE_BASE: ObjectiveConfig = {
  ...pebr,
  lossType: 'bnpo',
  clipHigh: 0.2,
  dualClip: null,
  klCoefficient: 0,
  clampKl: false,
};
/** By the names of the oracle's cases. */
export const ORACLE_CONFIGS: Record<string, ObjectiveConfig> = {
  'token clip eps 0.2/0.2': ORACLE_BASE,
  'token clip eps 0.2/0.28 (clip-higher)': { ...ORACLE_BASE, clipHigh: 0.28 },
  'EasyR1/PeBR default: eps 0.2/0.3, dual-clip C=3, beta(kl_coef)=0.01 k3': pebr,
  'token clip 0.2/0.2 + two-sided delta=4': { ...ORACLE_BASE, dualClip: 4 },
  'token clip 0.2/0.2, beta=0.04 (k3)': { ...ORACLE_BASE, klCoefficient: 0.04 },
  'sequence-level (GSPO) eps 3e-4/4e-4': {
    ...ORACLE_BASE,
    importanceSampling: 'sequence',
    clipLow: 3e-4,
    clipHigh: 4e-4,
  },
  'CISPO TRL eps_high=5 (upper clamp only)': { ...ORACLE_BASE, lossType: 'cispo', clipLow: 1, clipHigh: 4 },
  'CISPO verl/EasyR1/SkyRL clip[0.8,1.2]': { ...ORACLE_BASE, lossType: 'cispo' },
  'SAPO tau 1.0/1.05': { ...ORACLE_BASE, lossType: 'sapo' },
};
/** By the names of each case's losses. */
export const ORACLE_AGGREGATIONS: Record<string, Aggregation> = {
  grpo: 'row_mean',
  'bnpo=dapo(single micro-batch)=token-mean': 'token_mean',
  'dr_grpo(L=8)': 'constant',
};

/** Losses, gradients and KL estimates that TRL computes on hand-made log-probs: the parsed objective.json. */
export function readLossOracle(json: unknown) {
  const { loss: oracle, kl } = json as {
    loss: LossOracle;
    kl: Record<'logp' | 'ref_logp' | 'k1' | 'k2' | 'k3', number[]> & { k3_extreme: Record<string, number> };
  };
  const sizes: MiniBatchSizes = {
    tokens: oracle.mask.flat().reduce((a, b) => a + b, 0),
    rows: oracle.mask.length,
    maxCompletionLength: oracle.max_completion_length,
  };
  const input = {
    logProbs: oracle.new_logp,
    oldLogProbs: oracle.old_logp,
    referenceLogProbs: oracle.ref_logp,
    advantages: oracle.advantages_per_seq,
    mask: oracle.mask,
  };
  return { oracle, kl, sizes, input };
}
