import { Button } from '../../ui/index.ts';

interface DeleteQuestionProps {
  /** What would go, for the question's name. */
  readonly what: string;
  readonly text: string;
  readonly onDelete: () => void;
  readonly onKeep: () => void;
}

/** Asked in place of the buttons before anything is deleted for good. */
export function DeleteQuestion({ what, text, onDelete, onKeep }: DeleteQuestionProps) {
  return (
    <div className="runs-actions" role="group" aria-label={`Delete ${what}?`}>
      <p>{text} It cannot be brought back.</p>
      <Button variant="primary" onClick={onDelete}>
        Delete for good
      </Button>
      <Button autoFocus onClick={onKeep}>
        Keep it
      </Button>
    </div>
  );
}
