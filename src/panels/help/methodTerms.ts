/** Words of the method, with the meaning they have on this page. METHOD and the engine's words say the same. */
export interface MethodTerm {
  readonly term: string;
  readonly definition: string;
}

export const METHOD_TERMS: readonly MethodTerm[] = [
  {
    term: 'Advantage',
    definition:
      'How a response compares with its group: (reward − the group’s mean) ÷ (the group’s std + epsilon). The same for every token of the response; its sign says whether they become likelier.',
  },
  {
    term: 'Clip ratio',
    definition:
      'The ratio is the token’s probability now against when it was sampled. Beyond 1 − low or 1 + high the objective is clipped; the clip ratio is the share of tokens where that happened. With one update a step it is 0.',
  },
  {
    term: 'Easy, medium, hard',
    definition:
      'By pass rate under the policy before training: always right is easy and goes to perception, sometimes right is medium and goes to reasoning, never right is hard and left to the warm-up.',
  },
  {
    term: 'Group',
    definition: 'The G rollouts of one question in one step. Rewards count only against their own group.',
  },
  {
    term: 'GRPO',
    definition:
      'Group relative policy optimisation: policy gradient with the mean of a group of responses in place of a value network.',
  },
  {
    term: 'Key words',
    definition: 'Words of a sample that a good response mentions; the keyword term looks for them.',
  },
  {
    term: 'KL',
    definition:
      'How far the policy has moved from the model that the stage started from, estimated on the sampled tokens and added to the loss with a small weight.',
  },
  {
    term: 'Pass rate',
    definition: 'Share of a question’s tries with the right answer; the split asks each question n times.',
  },
  {
    term: 'Perception',
    definition: 'Stage 1: reinforcement learning on easy questions, rewarded for the image description.',
  },
  {
    term: 'Policy',
    definition:
      'The model that is trained. It reads picture and question and gives each next token a probability.',
  },
  {
    term: 'Reasoning',
    definition: 'Stage 2: reinforcement learning on medium questions, rewarded for the final answer.',
  },
  {
    term: 'Recipe',
    definition: 'The weighted reward terms of a stage.',
  },
  {
    term: 'Record',
    definition: 'All that is kept of a step: what a panel shows is what the update used.',
  },
  {
    term: 'Reward term',
    definition: 'One named part of a reward: raw value, value, weight and the evidence for it.',
  },
  {
    term: 'Rollout',
    definition: 'One response sampled from the policy, with its tokens and their log-probs.',
  },
  {
    term: 'Split',
    definition:
      'Dataset-level sampling: the questions sorted into easy, medium and hard by what the policy can already do.',
  },
  {
    term: 'Stage',
    definition: 'Warm-up, then perception, then reasoning; each has its recipe and its questions.',
  },
  {
    term: 'Step',
    definition: 'Sample questions, roll out, score, compute advantages, update: once through is one step.',
  },
  {
    term: 'Warm-up',
    definition:
      'Supervised training before any reward. The shipped policies’ teachers had planted faults, so that each stage has something to mend; Stages warms a policy up further, with faults that you choose.',
  },
  {
    term: 'Zero-signal group',
    definition:
      'A group whose rewards are all equal: every advantage is 0 and nothing is learned from it (vanishing advantage). All correct, all wrong, or tied otherwise.',
  },
];
