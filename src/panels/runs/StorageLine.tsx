import { useEffect, useState } from 'react';
import { megabytes, useRuns } from '../../state/index.ts';

/** Whether runs are kept on this device, and what they take. */
export function StorageLine() {
  const storage = useRuns((state) => state.storage);
  const runs = useRuns((state) => state.runs);
  const room = useRoom(storage.kind === 'kept');
  const taken = runs.reduce((sum, { bytes }) => sum + bytes, 0);
  switch (storage.kind) {
    case 'opening':
      return <>looking for stored runs…</>;
    case 'kept':
      return (
        <span data-testid="storage-line">
          kept on this device as they train, about {megabytes(taken)}
          {room !== null && ` of ${megabytes(room)} that the browser allows`}
        </span>
      );
    case 'full':
    case 'denied':
    case 'newer':
    case 'taken':
    case 'failed':
      return (
        <strong className="runs-unkept" data-testid="storage-line">
          ⚠ not kept now: {storage.message}
        </strong>
      );
    default:
      return storage satisfies never;
  }
}

/** Bytes that the browser allows the page; null where it does not say. */
function useRoom(isWanted: boolean): number | null {
  const [room, setRoom] = useState<number | null>(null);
  useEffect(() => {
    if (!isWanted) return;
    let isGone = false;
    const storage = (navigator as { storage?: StorageManager }).storage;
    storage?.estimate?.().then(
      ({ quota }) => !isGone && setRoom(quota ?? null),
      () => !isGone && setRoom(null),
    );
    return () => {
      isGone = true;
    };
  }, [isWanted]);
  return room;
}
