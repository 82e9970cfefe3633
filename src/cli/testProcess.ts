/** The command line as a process of its own, for tests. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pebr …` to its end; a failure is an exit code, never a throw. */
export function pebr(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('node', ['scripts/pebr.mjs', ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

/** The JSON values of a file with one a line. */
export async function readLines(...path: string[]): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(...path), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
