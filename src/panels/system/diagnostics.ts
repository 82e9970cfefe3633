import type { SessionState } from '../../state/index.ts';

/** All that a bug report needs, as text; no sample and no response is in it. */
export function diagnostics(state: SessionState, userAgent: string): string {
  const { backend, config, status, phase, stage, step, tasks, memory, timing, error, log, policyHash } =
    state;
  const facts = {
    userAgent,
    status,
    phase,
    stage,
    step,
    policyHash,
    tasks,
    error,
    backend,
    memory,
    timing,
    config,
  };
  const lines = log.map((line) => `${new Date(line.at).toISOString()} ${line.text}`);
  return `${JSON.stringify(facts, null, 2)}\n\n${lines.join('\n')}\n`;
}
