/** The reward inspector: the selected rollout's image, tokens, reward waterfall and advantage, reconciled. */
export { InspectorPanel } from './InspectorPanel.tsx';
