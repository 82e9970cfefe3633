import { useId, useState } from 'react';
import {
  checkSet,
  editOffered,
  importFiles,
  importTheRest,
  setLayout,
  takeOffered,
  useOffered,
  useTaskFiles,
} from '../../state/index.ts';
import type { ImportReport } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

const PROBLEMS_SHOWN = 8;

/** Own questions: pick files or a zip, or drop them anywhere on the page; what is wrong is listed by record. */
export function DropZone() {
  const { importing, report } = useTaskFiles();
  const [failure, setFailure] = useState<string | null>(null);
  const inputId = useId();
  const take = (files: FileList | null): void => {
    setFailure(null);
    // The list empties when the input is reset, so it is copied first.
    importFiles([...(files ?? [])]).catch((error: unknown) => setFailure(String(error)));
  };
  return (
    <div className="setup-drop" data-testid="drop-zone">
      <label htmlFor={inputId}>
        <strong>Your own questions:</strong> drop a folder, files or a zip anywhere here, or{' '}
        <u>choose files</u>
      </label>
      <input
        id={inputId}
        type="file"
        multiple
        accept=".json,.zip,.png,.jpg,.jpeg,.webp"
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
      <Button onClick={() => setLayout({ tab: 'sampling' })}>Or draw some in Data</Button>
      <details>
        <summary>What a set looks like</summary>
        <pre>{`[{"qid": "1", "problem": "How many cups?",
  "answer": "2", "key_words": ["cup"],
  "images": ["images/1.png"]}, …]`}</pre>
        <p>One JSON beside its PNG, JPEG or WebP images. Nothing leaves this device.</p>
      </details>
      <Offer />
      <div role="status">
        {importing && 'Checking the files…'}
        {failure}
        {report && <Report report={report} />}
      </div>
    </div>
  );
}

/** Own samples that come back: what is to become of them. */
function Offer() {
  const offered = useOffered();
  return (
    <div role="status">
      {offered && (
        <div className="setup-report" data-testid="own-offer">
          <p>These are own samples, as they were taken away.</p>
          <Button variant="primary" onClick={() => void editOffered()}>
            Edit as own samples
          </Button>{' '}
          <Button onClick={() => checkSet(takeOffered())}>Train on it as a set</Button>
        </div>
      )}
    </div>
  );
}

function Report({ report }: { readonly report: ImportReport }) {
  const { counts, problems, problemCount } = report;
  const summary = report.ok
    ? `${report.name}: ${counted(counts.samples, 'question')}, ${counted(counts.images, 'image')}${counts.skipped > 0 ? `, ${counts.skipped} left out` : ''}.`
    : `${report.name} was not loaded: ${counted(problemCount, 'problem')}. The run goes on as it was.`;
  return (
    <div className="setup-report" data-ok={report.ok} data-testid="import-report">
      <p>{summary}</p>
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
            <li key={problem.message}>
              {problem.level === 'warning' && 'note: '}
              {problem.message}
            </li>
          ))}
          {problemCount > PROBLEMS_SHOWN && <li>and {problemCount - PROBLEMS_SHOWN} more</li>}
        </ul>
      )}
      {!report.ok && counts.samples > 0 && (
        <Button onClick={importTheRest}>Load the rest ({counted(counts.samples, 'question')})</Button>
      )}
    </div>
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
