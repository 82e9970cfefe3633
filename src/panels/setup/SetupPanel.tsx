import type { ReactNode } from 'react';
import { editConfig, leaveLesson, useConfig, useLocked, valueAt } from '../../state/index.ts';
import { FormField, Locked, Panel } from '../../ui/index.ts';
import { ChangesBar } from './ChangesBar.tsx';
import { ConfigField } from './ConfigField.tsx';
import { CustomTerms } from './CustomTerms.tsx';
import { DropZone } from './DropZone.tsx';
import type { FieldSpec } from './fieldSpec.ts';
import { BATCH_FIELDS, SAMPLING_FIELDS, SPLIT_FIELDS, STAGE_FIELDS, SWITCH_FIELDS } from './fields.ts';
import { OPTIMIZER_FIELDS, REWARD_FIELDS } from './learningFields.ts';
import { ModelCard } from './ModelCard.tsx';
import { OBJECTIVE_FIELDS } from './objectiveFields.ts';
import { CheckpointField, PresetField, TasksField } from './SourceFields.tsx';
import './setup.css';

/** Every choice of a run, in the order a run meets them. */
export function SetupPanel() {
  const isLocked = useLocked('setup');
  return (
    <Panel title="Setup" testId="panel-setup">
      <Locked locked={isLocked} onLeave={leaveLesson}>
        <ChangesBar />
        <div className="setup-source">
          <PresetField />
          <TasksField />
          <CheckpointField />
          <DropZone />
        </div>
        <ModelCard />
        <Section title="Batch" fields={BATCH_FIELDS} open />
        <Section title="Sampling" fields={SAMPLING_FIELDS} />
        <Section title="Objective" fields={OBJECTIVE_FIELDS} />
        <Section title="Optimiser" fields={OPTIMIZER_FIELDS} />
        <Section title="Rewards: perception" fields={REWARD_FIELDS.perception}>
          <CustomTerms stage="perception" />
        </Section>
        <Section title="Rewards: reasoning" fields={REWARD_FIELDS.reasoning}>
          <CustomTerms stage="reasoning" />
        </Section>
        <Section title="Stage plan" fields={STAGE_FIELDS}>
          <SwitchFields />
        </Section>
        <Section title="Difficulty split" fields={SPLIT_FIELDS} />
      </Locked>
    </Panel>
  );
}

interface SectionProps {
  readonly title: string;
  readonly fields: readonly FieldSpec[];
  readonly open?: boolean;
  readonly children?: ReactNode;
}

function Section({ title, fields, open = false, children }: SectionProps) {
  const draft = useConfig((state) => state.draft);
  // A recipe without a term (an edited config) has no weight to show.
  const present = fields.filter((field) => valueAt(draft, field.path) !== undefined);
  return (
    <details className="setup-section" open={open}>
      <summary>{title}</summary>
      <div className="setup-fields">
        {present.map((field) => (
          <ConfigField key={field.path} spec={field} />
        ))}
        {children}
      </div>
    </details>
  );
}

const SWITCHES = {
  manual: { when: 'manual' },
  steps: { when: 'steps', perceptionSteps: 50 },
  plateau: { when: 'plateau', window: 10, minimumGain: 0.005, perceptionStepsMax: 200 },
} as const;
const SWITCH_LABELS = {
  manual: 'by hand',
  steps: 'after a number of steps',
  plateau: 'when the reward flattens',
};

/** When perception hands over, and the numbers of that rule. */
function SwitchFields() {
  const when = useConfig((state) => state.draft.stageSwitch.when);
  const isUsed = useConfig((state) => state.draft.stages === 'both');
  if (!isUsed) return null;
  return (
    <>
      <FormField
        label="Switch of stages"
        definition="When perception ends and reasoning begins."
        hint="By hand: with the button of the Stages tab."
      >
        {(field) => (
          <select
            {...field}
            className="ui-input"
            data-path="stageSwitch.when"
            value={when}
            onChange={(event) => {
              const rule = Object.values(SWITCHES).find((each) => each.when === event.target.value);
              if (rule) editConfig('stageSwitch', rule);
            }}
          >
            {Object.entries(SWITCH_LABELS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </FormField>
      {SWITCH_FIELDS[when].map((field) => (
        <ConfigField key={field.path} spec={field} />
      ))}
    </>
  );
}
