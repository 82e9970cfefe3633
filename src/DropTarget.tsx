import { useEffect, useState } from 'react';
import { importFiles, refuses, setLayout, useLocked } from './state/index.ts';

/** Takes files dropped anywhere on the page as an own question set, unless a lesson locks Setup. */
export function DropTarget() {
  const isLocked = useLocked('setup');
  const [over, setOver] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const onDragOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent): void => {
      // Leaving an element for another one inside the page is not leaving.
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      if (refuses('setup', 'Dropped files')) return;
      // Its report shows in Setup.
      setLayout({ railOpen: true });
      setFailure(null);
      importFiles(event.dataTransfer).catch((error: unknown) => setFailure(String(error)));
    };
    document.addEventListener('dragover', onDragOver);
    document.addEventListener('dragleave', onDragLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onDragOver);
      document.removeEventListener('dragleave', onDragLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, []);
  return (
    <>
      {over && (
        <div className="app-dropping">
          {isLocked ? 'Locked by the lesson' : 'Drop a JSON with its images, a folder or a zip'}
        </div>
      )}
      {failure && (
        <p role="alert" className="app-message" data-tone="error">
          The files could not be read: {failure}
        </p>
      )}
    </>
  );
}
