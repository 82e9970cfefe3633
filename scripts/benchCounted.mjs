/** The counted part: every contender in a process of its own, on Dawn's null backend. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { forNode } from './bundle.mjs';
import { cache } from './packages.mjs';

/** @typedef {import('../bench/results.ts').Counted} Counted */

/**
 * @param {readonly string[]} contenders
 * @param {readonly string[]} scenarios
 * @param {(line: string) => void} say
 */
export async function runCounted(contenders, scenarios, say) {
  const outfile = join(cache, 'bench-count.mjs');
  await build({
    ...forNode,
    entryPoints: ['bench/count/main.ts'],
    outfile,
    sourcemap: 'inline',
    sourcesContent: false,
  });
  /** @type {Counted[]} */
  const counted = [];
  for (const scenario of scenarios) {
    for (const contender of contenders) {
      const child = spawn(process.execPath, ['--enable-source-maps', outfile, contender, scenario], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.on('close', resolve));
      for await (const line of createInterface({ input: child.stdout })) {
        // Libraries may print lines of their own.
        if (!line.startsWith('{')) continue;
        /** @type {Counted} */
        const entry = JSON.parse(line);
        counted.push(entry);
        say(`counted ${scenario}, ${contender}, ${entry.measure}: ${entry.counts.dispatches} dispatches`);
      }
      const status = await ended;
      if (status !== 0) {
        throw new Error(`bench: counting ${contender} at ${scenario} ended with ${String(status)}`);
      }
    }
  }
  return counted;
}
