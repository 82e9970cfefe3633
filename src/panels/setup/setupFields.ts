/** Every field of Setup under the heading it stands under. */
import type { FieldSpec } from './fieldSpec.ts';
import { BATCH_FIELDS, SAMPLING_FIELDS, SPLIT_FIELDS, STAGE_FIELDS, SWITCH_FIELDS } from './fields.ts';
import { OPTIMIZER_FIELDS, REWARD_FIELDS } from './learningFields.ts';
import { OBJECTIVE_FIELDS } from './objectiveFields.ts';

export const SETUP_FIELDS: readonly { readonly section: string; readonly fields: readonly FieldSpec[] }[] = [
  { section: 'Batch', fields: BATCH_FIELDS },
  { section: 'Sampling', fields: SAMPLING_FIELDS },
  { section: 'Objective', fields: OBJECTIVE_FIELDS },
  { section: 'Optimiser', fields: OPTIMIZER_FIELDS },
  { section: 'Rewards: perception', fields: REWARD_FIELDS.perception },
  { section: 'Rewards: reasoning', fields: REWARD_FIELDS.reasoning },
  { section: 'Stage plan', fields: [...STAGE_FIELDS, ...Object.values(SWITCH_FIELDS).flat()] },
  { section: 'Difficulty split', fields: SPLIT_FIELDS },
];
