/**
 * The science, free of any page: a sample flows task → rollout → reward → advantage → update → record.
 * Runs the same in the worker, in Node and in tests; imports no React, no zustand, no DOM.
 *
 * Words: **sample** an image, a problem, an answer, key_words and, where known, the scene's truth ·
 * **task set** many samples under a name, addressable by qid, with the parts train and heldout ·
 * **response** a rollout's text · **rollout** one sampled response with tokens and log-probs ·
 * **group** the G rollouts of one sample in one step · **reward term** one named component with raw value,
 * value, weight, evidence · **recipe** the weighted terms of a stage · **advantage** · **stage** warm-up,
 * perception, reasoning · **split** easy/medium/hard of a task set under a policy · **step** one rollout batch
 * with its updates · **record** everything kept of a step · **run** config + seed + records + checkpoints ·
 * **preset** a named config.
 */
export type * from './tasks/types.ts';
export type * from './rewards/types.ts';
export type * from './rl/types.ts';
export type * from './model/types.ts';
