/**
 * The engine from a terminal. Machine-readable output goes to stdout, everything else to stderr;
 * exit code 0 done, 1 a check or the data failed, 2 wrong usage.
 */
import { cardCommand } from './commands/card.ts';
import { evalCommand } from './commands/eval.ts';
import { experimentCommand } from './commands/experiment.ts';
import { sampleCommand } from './commands/sample.ts';
import { scoreCommand } from './commands/score.ts';
import { trainCommand } from './commands/train.ts';
import { trainScorerCommand } from './commands/trainScorer.ts';
import { verifyCommand } from './commands/verify.ts';
import { warmupCommand } from './commands/warmup.ts';
import { setSandboxThread } from '../engine/rewards/custom/index.ts';
import { nodeThread } from '../engine/rewards/custom/spawn.node.ts';
import { setCodecLoader } from '../engine/tasks/images/index.ts';
import { nodeCodecLoader } from '../engine/tasks/images/codecs.node.ts';
import { UsageError } from './errors.ts';
import { helpText, parseOptions, type CommandSpec } from './options.ts';
import { say } from './output.ts';

const COMMANDS: readonly CommandSpec[] = [
  trainCommand,
  warmupCommand,
  experimentCommand,
  sampleCommand,
  scoreCommand,
  evalCommand,
  verifyCommand,
  trainScorerCommand,
  cardCommand,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length)) + 2;
  return [
    'Usage: npm run pebr -- COMMAND [options]',
    '',
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}${command.summary.split('\n')[0]}`),
    '',
    'COMMAND --help tells its options.',
    '',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    say(`Unknown command "${name}".\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help')) {
    process.stdout.write(helpText(command));
    return 0;
  }
  try {
    return await command.run(parseOptions(command, rest));
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}\n\n${helpText(command)}`);
      return 2;
    }
    say(process.env.PEBR_TRACE && error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
    return 1;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

setCodecLoader(nodeCodecLoader);
// scripts/pebr.mjs puts it beside this bundle.
setSandboxThread(nodeThread(new URL('./sandbox.mjs', import.meta.url)));

// A reader that closes the pipe early (head) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

// A job of an experiment ends with the process that runs the experiment, whatever ended that one.
process.once('disconnect', () => process.exit(1));

// Dawn keeps the process alive, so it is ended by hand, once stdout has taken everything.
const code = await main(process.argv.slice(2));
process.stdout.write('', () => process.exit(code));
