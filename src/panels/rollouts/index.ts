/** The rollouts panel: a row per group of the selected step, unfolding to its G rollouts; selects for all panels. */
export { RolloutsPanel } from './RolloutsPanel.tsx';
