/** `verify`: a checkpoint with golden values, reproduced on every backend. */
import { verifyDirectory } from '../../engine/model/verify.ts';
import { selectBackend, type BackendName } from '../../engine/compute/backend.ts';
import { prepareNodeBackends } from '../../engine/compute/nodeBackend.ts';
import { UsageError } from '../errors.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { folderReader, userPath } from '../parts.ts';

const ALL: readonly BackendName[] = ['cpu', 'wasm', 'webgpu'];

export const verifyCommand: CommandSpec = {
  name: 'verify',
  summary:
    'Reproduces the golden values beside a checkpoint (golden.safetensors, golden.json, trl-losses.json) on each backend:\n' +
    'a row per backend and quantity with the worst difference and its tolerance.',
  positional: 'DIR',
  options: {
    require: { type: 'string', value: 'cpu,wasm,webgpu', help: 'backends that must not be skipped' },
    ...COMMON_OPTIONS,
  },
  run: verify,
};

async function verify(options: Options): Promise<number> {
  const folder = userPath(options.positional!);
  const required = (options.text('require') ?? '').split(',').filter((name) => name !== '');
  for (const name of required) {
    if (!(ALL as readonly string[]).includes(name))
      throw new UsageError(`--require knows ${ALL.join(', ')}; got "${name}".`);
  }
  await prepareNodeBackends();
  const forced = options.text('backend') as BackendName | undefined; // one of the choices
  let failed = 0;
  for (const backend of forced ? [forced] : ALL) {
    const print = (quantity: string, numbers: string, verdict: string): void => {
      process.stdout.write(`${backend.padEnd(8)}${quantity.padEnd(64)}${numbers}${verdict}\n`);
    };
    try {
      await selectBackend({ forced: backend });
    } catch (cause) {
      const missed = required.includes(backend) || forced === backend;
      if (missed) failed += 1;
      const reason = cause instanceof Error ? cause.message : String(cause);
      print('-', '', `${missed ? 'FAILED, required but skipped' : 'skipped'}: ${reason}`);
      continue;
    }
    for (const { quantity, worst, tolerance, ok } of await verifyDirectory(folderReader(folder), backend)) {
      if (!ok) failed += 1;
      print(
        quantity,
        `${worst.toExponential(2).padStart(10)} ≤ ${tolerance.toExponential(1).padStart(8)}  `,
        ok ? 'ok' : 'FAILED',
      );
    }
  }
  process.stdout.write(failed === 0 ? 'all ok\n' : `${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
