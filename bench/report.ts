/** The results as text for a terminal and as docs/performance.md. */
import type { AdapterDescription } from '../src/engine/compute/gpu.ts';
import { explanations } from './explain.ts';
import type { BenchResults } from './results.ts';
import { markdownTable, terminalTable } from './table.ts';
import { sections, targetTable } from './tables.ts';

function adapterText(adapter: AdapterDescription | null): string {
  if (!adapter) return 'no WebGPU adapter';
  const { vendor, architecture, device, description, isSoftware } = adapter;
  const name = [vendor, architecture, device, description].filter(Boolean).join(' ');
  return `${name || 'unnamed'}${isSoftware ? ' (computes on the CPU: trust counts and ratios, not times)' : ''}`;
}

export function terminalReport(results: BenchResults): string {
  const parts = [
    `Adapter: ${adapterText(results.adapter)}`,
    ...sections(results).map(({ title, table }) => `${title}\n\n${terminalTable(table)}`),
    `Targets\n\n${terminalTable(targetTable(results))}`,
    ...explanations(results).map((line) => line.replaceAll('**', '')),
    ...results.notes,
  ];
  return `${parts.join('\n\n')}\n`;
}

export function markdownReport(results: BenchResults): string {
  const { date, form, adapter, machine, notes } = results;
  const facts = [['date', date], ['adapter', adapterText(adapter)], ...Object.entries(machine)] as const;
  const missed = explanations(results);
  const parts = [
    '# Performance',
    `Written by \`npm run bench\`${form === 'quick' ? ', its quick form' : ''}: ours beside [TensorFlow.js](https://github.com/tensorflow/tfjs) and [jax-js](https://github.com/ekzhang/jax-js), the same policy, weights and batches, in one run. Before anything is timed, everybody’s loss, KL and gradient norm are held to ours.`,
    facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    `## Targets\n\nFor preset tiny.\n\n${markdownTable(targetTable(results))}`,
    ...(missed.length > 0
      ? [`### What is missed, and why\n\n${missed.map((line) => `- ${line}`).join('\n')}`]
      : []),
    ...sections(results).map(
      ({ title, about, table }) => `## ${title}\n\n${about}\n\n${markdownTable(table)}`,
    ),
    ...(notes.length > 0 ? [`## Notes\n\n${notes.map((note) => `- ${note}`).join('\n')}`] : []),
    HOW,
  ];
  return `${parts.join('\n\n')}\n`;
}

const HOW = `## How it is measured

- **ours** calls the functions that the trainer calls. **fused ops off** runs every fused op as its composite of stock tfjs ops. **on wasm** is ours without a GPU.
- **plain tfjs** is \`bench/plainTfjs\`: stock ops and gradients, AdamW from tf ops, a key-value cache of fixed capacity, no sharing of prompts, one read-back a token, \`WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE\` 100.
- **jax-js** is \`bench/jaxJs\`: training step, prefill and decoding step each one jitted function; prompts prefilled once a group, sampling on the device, nothing read back but every 16 tokens whether all have ended. It has no update of a slice, so \`where\` writes the cache.
- Timed in Chromium, each contender in a worker of its own; a call’s time includes reading its result back.
- Kernels are timed by the device’s own timestamps, after the rounds, in a call in which every dispatch is a pass of its own.
- Counted in Node on Dawn’s null backend, which computes nothing: dispatches, submits, read-backs and bytes are exact; JavaScript’s time is without the waits for the device.`;
