import { SHIPPED_CHECKPOINTS, type Misfit } from '../../state/index.ts';

interface MisfitNoticeProps {
  readonly checkpoint: string;
  readonly misfit: Misfit;
}

/** Says that the weights were made for another suite than the questions, and what can be done. */
export function MisfitNotice({ checkpoint, misfit: { knows, asked } }: MisfitNoticeProps) {
  const better = SHIPPED_CHECKPOINTS.find(({ suite }) => suite === asked);
  return (
    <p className="setup-misfit" role="status" data-testid="tasks-misfit">
      <strong>
        {checkpoint} cannot read {asked}.
      </strong>{' '}
      It was made for {knows}: it never saw such pictures and lacks the words, so its rewards will stay near
      0. Look at the samples in the Data tab;{' '}
      {better ? (
        <>to train on them, choose the preset {better.preset}.</>
      ) : (
        <>no shipped weights know {asked} yet.</>
      )}
    </p>
  );
}
