/**
 * Pictures of the shown run's questions. Those of a recorded run are drawn here, from their addresses: the worker may
 * have another task set, or not be there.
 */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { taskSetByName } from '../engine/tasks/index.ts';
import { toImage, useSampleImage, type SampleImage } from './samples.ts';
import { logLine } from './session.ts';
import { useShownRun } from './shownRun.ts';

/** By task set and qid; a recorded run has some dozens. */
const drawnStore = createStore<{ readonly images: ReadonlyMap<string, SampleImage> }>(() => ({
  images: new Map(),
}));
const asked = new Set<string>();

const keyOf = (tasks: string, qid: string): string => `${tasks}\n${qid}`;

async function draw(tasks: string, qid: string): Promise<void> {
  const key = keyOf(tasks, qid);
  const image = await taskSetByName(tasks).find(qid)?.images[0]?.load();
  if (image) drawnStore.setState(({ images }) => ({ images: new Map([...images, [key, toImage(image)]]) }));
}

/** The picture of a question of the shown run, at its own size; null until it has come. */
export function useShownImage(qid: string | null): SampleImage | null {
  const tasks = useShownRun((run) => (run.recorded ? (run.tasks?.name ?? null) : null));
  const sent = useSampleImage(tasks === null ? qid : null);
  const drawn = useStore(drawnStore, ({ images }) =>
    tasks === null || qid === null ? null : (images.get(keyOf(tasks, qid)) ?? null),
  );
  useEffect(() => {
    if (tasks === null || qid === null || asked.has(keyOf(tasks, qid))) return;
    asked.add(keyOf(tasks, qid));
    draw(tasks, qid).catch((error: unknown) => logLine(`Picture of ${qid}: ${String(error)}`));
  }, [tasks, qid]);
  return tasks === null ? sent : drawn;
}
