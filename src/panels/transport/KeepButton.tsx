import { BookmarkCheck, BookmarkPlus } from 'lucide-react';
import { useRuns, useSession } from '../../state/index.ts';
import { CommandButton } from './CommandButton.tsx';

/** Keeps the present step as a checkpoint; says when it is one already. */
export function KeepButton() {
  const step = useSession((state) => state.step);
  const isKept = useRuns(({ runs, current }) =>
    runs.some(({ id, kept }) => id === current && kept.some((one) => one.step === step && step > 0)),
  );
  const Icon = isKept ? BookmarkCheck : BookmarkPlus;
  return (
    <>
      <CommandButton id="keepStep" icon={<Icon size={16} aria-hidden="true" />} />
      <span className="ui-visually-hidden" role="status">
        {isKept && `Step ${step} is kept as a checkpoint.`}
      </span>
    </>
  );
}
