/** Ctrl+C during long work. */
import { say } from './output.ts';

/** Aborts at the first interrupt and says that work stops after `finishing`; a second one ends the process. */
export function abortOnInterrupt(finishing: string): AbortSignal {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    say(`Stopping after ${finishing}; go on with --resume.`);
    interrupt.abort();
  });
  return interrupt.signal;
}
