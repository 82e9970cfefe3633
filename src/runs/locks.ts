/**
 * Which tab goes on with a run. A Web Lock says it while the tab lives; where a page has none (plain http), the writer
 * that storage notes still keeps two tabs from mixing their steps.
 */
const PREFIX = 'pebr-run-';

export interface RunLock {
  readonly id: string;
  release(): void;
}

/** The page's lock manager; null where it has none. */
function lockManager(): LockManager | null {
  // Node, where tests run, has no navigator, and plain http no locks.
  const { locks }: { locks?: LockManager } = (globalThis as { navigator?: Navigator }).navigator ?? {};
  return locks ?? null;
}

/** The lock of a run; null when another tab holds it. */
export async function lockRun(id: string): Promise<RunLock | null> {
  const locks = lockManager();
  const unguarded: RunLock = { id, release: () => {} };
  if (!locks) return unguarded;
  return new Promise((resolve) => {
    locks
      .request(PREFIX + id, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve({ id, release }));
      })
      // A page that may not use locks is as one that has none.
      .catch(() => resolve(unguarded));
  });
}

/** Runs that some tab goes on with, this one included. */
export async function lockedRuns(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
}
