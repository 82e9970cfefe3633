import { TASK_SET_NAMES } from '../../engine/tasks/index.ts';
import {
  checkpointsFor,
  chooseCheckpoint,
  choosePreset,
  chooseTasks,
  isPristine,
  misfitOf,
  PRESET_NAMES,
  readersOf,
  sessionStore,
  SHIPPED_CHECKPOINTS,
  startRun,
  useConfig,
} from '../../state/index.ts';
import { FormField } from '../../ui/index.ts';
import { MisfitNotice } from './MisfitNotice.tsx';

const PRESETS: Readonly<Record<(typeof PRESET_NAMES)[number], string>> = {
  nano: 'nano: trains in seconds',
  tiny: 'tiny: the default',
  small: 'small: for a good GPU, bring a checkpoint',
  pebr: 'pebr: the recipe as published',
};
/** Presets that the site ships weights for; the others are for the terminal. */
const SHIPPED: readonly string[] = SHIPPED_CHECKPOINTS.map(({ preset }) => preset);

/** What was chosen takes hold at once where nothing has been computed yet. */
function loadIfPristine(): void {
  if (isPristine(sessionStore.getState())) startRun(false);
}

export function PresetField() {
  const preset = useConfig((state) => state.draft.preset);
  return (
    <FormField
      label="Preset"
      definition="A model with its questions and all numbers below."
      hint="Choosing one replaces every edit but the seed."
    >
      {(field) => (
        <select
          {...field}
          className="ui-input"
          data-path="preset"
          value={preset}
          onChange={(event) => {
            choosePreset(event.target.value);
            loadIfPristine();
          }}
        >
          {PRESET_NAMES.map((name) => (
            <option key={name} value={name} disabled={!SHIPPED.includes(name)}>
              {PRESETS[name]}
            </option>
          ))}
        </select>
      )}
    </FormField>
  );
}

export function TasksField() {
  const tasks = useConfig((state) => state.tasks);
  const preset = useConfig((state) => state.draft.preset);
  const checkpoint = useConfig((state) => state.checkpoint);
  const misfit = tasks.from === 'built-in' ? misfitOf(checkpoint, tasks.name) : null;
  const known = TASK_SET_NAMES.filter((name) => readersOf(preset, name).length > 0);
  const others = TASK_SET_NAMES.filter((name) => !known.includes(name));
  return (
    <div>
      <FormField
        label="Questions"
        definition="The task set that the policy trains on. Its held-out part is never trained on."
        hint="Your own: drop files below."
      >
        {(field) => (
          <select
            {...field}
            className="ui-input"
            data-path="tasks"
            value={tasks.from === 'built-in' ? tasks.name : 'imported'}
            onChange={(event) => {
              chooseTasks({ from: 'built-in', name: event.target.value });
              loadIfPristine();
            }}
          >
            <TaskOptions label={`Made for ${preset}: train on them`} names={known} />
            <TaskOptions label={`No ${preset} weights know these: to look at`} names={others} />
            {tasks.from === 'imported' && <option value="imported">own: {tasks.name}</option>}
          </select>
        )}
      </FormField>
      {misfit && <MisfitNotice checkpoint={checkpoint} misfit={misfit} />}
    </div>
  );
}

function TaskOptions({ label, names }: { readonly label: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <optgroup label={label}>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}

/** Weights to start from, where more than one checkpoint knows the tasks. */
export function CheckpointField() {
  const preset = useConfig((state) => state.draft.preset);
  const tasks = useConfig((state) => state.tasks);
  const checkpoint = useConfig((state) => state.checkpoint);
  const choices = checkpointsFor(preset, tasks.from === 'built-in' ? tasks.name : '');
  if (choices.length < 2) return null;
  return (
    <FormField
      label="Starts from"
      definition="The warmed-up policy. Each learned from a teacher with other planted faults."
      hint="What stage 1 and stage 2 have to mend depends on it."
    >
      {(field) => (
        <select
          {...field}
          className="ui-input"
          data-path="checkpoint"
          value={checkpoint}
          onChange={(event) => {
            chooseCheckpoint(event.target.value);
            loadIfPristine();
          }}
        >
          {choices.map(({ name, about }) => (
            <option key={name} value={name}>
              {name}: {about}
            </option>
          ))}
        </select>
      )}
    </FormField>
  );
}
