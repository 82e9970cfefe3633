/** Every setting that the page explains, under the heading it stands under: the glossary's fields. */
import { SETUP_FIELDS } from './panels/setup/setupFields.ts';
import { WARMUP_FIELDS } from './panels/stages/warmup/fields.ts';

export const SETTINGS = [
  ...SETUP_FIELDS,
  { panel: 'Stages', section: 'Warm-up', fields: WARMUP_FIELDS },
] as const;
