/** `train-scorer`: the embedded image–text scorer, trained on scene/description pairs. */
import { trainScorer } from '../../engine/rewards/scorer/train.ts';
import { suiteOf } from '../../engine/tasks/index.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress, say, writeFolder } from '../output.ts';
import { loadTasks, startBackend, userPath } from '../parts.ts';
import { claimFolder } from '../runFolder.ts';

export const trainScorerCommand: CommandSpec = {
  name: 'train-scorer',
  summary:
    'Trains the dual encoder that the clip term uses, on pictures and worked descriptions; writes its files and card.',
  options: {
    tasks: { type: 'string', value: 'NAME,…', help: 'built-in suites', default: 'scenes,scenes-nano' },
    steps: { type: 'integer', value: 'N', minimum: 1, help: 'training steps', default: '3000' },
    out: { type: 'string', value: 'DIR', required: true, help: 'an empty folder' },
    ...COMMON_OPTIONS,
  },
  run,
};

async function run(options: Options): Promise<number> {
  const out = userPath(options.requiredText('out'));
  await claimFolder(out);
  const names = options.requiredText('tasks').split(',');
  const sources = await Promise.all(
    names.map(async (name) => ({
      tasks: await loadTasks(name),
      classes: Object.values(suiteOf(name).attributeValues),
    })),
  );
  await startBackend(options);
  const progress = new Progress('scorer');
  const { files, measured } = await trainScorer(
    sources,
    { seed: options.requiredNumber('seed'), steps: options.requiredNumber('steps') },
    (done, total, note) => {
      progress.update(done, total, note);
    },
  );
  progress.end();
  await writeFolder(out, files);
  for (const [name, value] of Object.entries(measured)) say(`${name}: ${value.toFixed(4)}`);
  return 0;
}
