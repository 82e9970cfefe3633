import type { RewardStage } from '../../engine/index.ts';
import { setLayout, useCustomTerms } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

/** The stage's custom terms in the draft, and the way to where they are written. */
export function CustomTerms({ stage }: { readonly stage: RewardStage }) {
  const terms = useCustomTerms().filter((placed) => placed.stage === stage);
  return (
    <div className="setup-custom">
      {terms.map(({ term }) => (
        <p key={term.name}>
          <b>custom:{term.name}</b> × {term.weight}
        </p>
      ))}
      <Button onClick={() => setLayout({ tab: 'customReward' })}>
        {terms.length === 0 ? 'Write a term of your own…' : 'Edit custom terms…'}
      </Button>
    </div>
  );
}
