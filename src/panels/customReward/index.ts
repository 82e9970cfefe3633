/**
 * Where a reader writes a reward term, tries it on the selected group, and joins it to a recipe. The values shown are
 * the sandbox's for the very responses on screen; a recipe is changed in the draft only, as in Setup.
 *
 * Words: **term in the editor** what is being written · **trial** one run of it on a group · **held back** code from
 * elsewhere that has not run and waits for the reader's word.
 */
export { CustomRewardPanel } from './CustomRewardPanel.tsx';
