import { useId, type ReactNode } from 'react';
import {
  cancelEvaluation,
  chooseEvaluation,
  evaluate,
  evaluationBlocker,
  partOf,
  useEvaluation,
  usePolicies,
  useSession,
} from '../../state/index.ts';
import type { PolicyAt, PolicyChoice, TaskInfo } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';

const SAMPLES = [32, 64, 128, 256, 512, 1024];
const RESPONSES = [0, 2, 4, 8];
const ALONE = 'alone';

/** Which policies, on how many samples; the button, or how far it has come. */
export function Choices() {
  const { first, second, n, samples } = useEvaluation((state) => state.choice);
  const policies = usePolicies();
  const tasks = useSession((state) => state.tasks);
  const options = policies.map(({ at, label }) => <option key={at} value={at} children={label} />);
  return (
    <div className="ev-choices">
      <Select
        label="Policy"
        value={shown(policies, first)}
        onChange={(value) => chooseEvaluation({ first: policyAt(value) })}
      >
        {options}
      </Select>
      <Select
        label="Compared with"
        value={second === null ? ALONE : shown(policies, second)}
        onChange={(value) => chooseEvaluation({ second: value === ALONE ? null : policyAt(value) })}
      >
        <option value={ALONE}>nothing</option>
        {options}
      </Select>
      <Select isNarrow label="Samples" value={n} onChange={(value) => chooseEvaluation({ n: Number(value) })}>
        {SAMPLES.map((count) => (
          <option key={count}>{count}</option>
        ))}
      </Select>
      <Select
        label="Responses to each"
        value={samples}
        onChange={(value) => chooseEvaluation({ samples: Number(value) })}
      >
        {RESPONSES.map((count) => (
          <option key={count} value={count}>
            {count === 0 ? 'greedy alone' : `greedy and ${count} sampled`}
          </option>
        ))}
      </Select>
      <Action />
      {tasks && <Limits tasks={tasks} n={n} />}
    </div>
  );
}

interface SelectProps {
  readonly isNarrow?: boolean;
  readonly label: string;
  readonly value: string | number;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

function Select({ isNarrow = false, label, value, onChange, children }: SelectProps) {
  const id = useId();
  return (
    <div className={isNarrow ? 'ev-choice ev-choice-narrow' : 'ev-choice'}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="ui-input"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {children}
      </select>
    </div>
  );
}

function Action() {
  const progress = useEvaluation((state) => state.progress);
  const status = useSession((state) => state.status);
  const stopped = status === 'lost' || status === 'failed';
  if (progress && !stopped) {
    const waits = status === 'running' || status === 'stepping';
    return (
      <div className="ev-action" role="status">
        <progress value={progress.done} max={progress.total} aria-label="Samples measured" />
        <span data-testid="evaluation-progress">
          {progress.done} of {progress.total} samples
        </span>
        <Button onClick={cancelEvaluation}>Cancel</Button>
        {waits && <span className="ev-quiet">The run goes on when this is done.</span>}
      </div>
    );
  }
  const reason = evaluationBlocker(status);
  return (
    <div className="ev-action">
      <Button variant="primary" disabled={reason !== null} onClick={evaluate} data-testid="evaluate">
        Evaluate
      </Button>
      {reason !== null && <span className="ev-quiet">{reason}</span>}
    </div>
  );
}

function Limits({ tasks, n }: { readonly tasks: TaskInfo; readonly n: number }) {
  const part = partOf(tasks);
  const size = tasks.sizes[part];
  const notes = [
    part === 'train' &&
      `${tasks.name} holds nothing out: these are samples that the run may have trained on.`,
    size < n && `The part has ${size} samples; all are taken.`,
  ].filter((note) => note !== false);
  if (notes.length === 0) return null;
  return <p className="ev-quiet">{notes.join(' ')}</p>;
}

const policyAt = (value: string): PolicyAt => (value === 'now' ? 'now' : Number(value));

/** A policy that a new run, or a step back, took away is no choice any more. */
const shown = (policies: readonly PolicyChoice[], at: PolicyAt): PolicyAt =>
  policies.some((policy) => policy.at === at) ? at : 'now';
