import { GitFork } from 'lucide-react';
import { useId, useState } from 'react';
import { draftMisfit, forkRun, useConfig, type RunInfo } from '../../state/index.ts';
import { Button } from '../../ui/index.ts';
import type { Action } from './useAction.ts';

interface ForkFormProps {
  readonly run: RunInfo;
  readonly action: Action;
  readonly isReady: boolean;
}

/** A run of its own from a state of this one, with its config or with the one that Setup shows. */
export function ForkForm({ run, action, isReady }: ForkFormProps) {
  const [at, setAt] = useState<string>('newest');
  const [config, setConfig] = useState<'same' | 'draft'>('same');
  const id = useId();
  // Setup's draft decides what fits.
  useConfig((state) => state);
  const misfit = draftMisfit(run);
  const taken = config === 'draft' && misfit === null ? 'draft' : 'same';
  return (
    <details className="runs-fork">
      <summary>
        <GitFork size={16} aria-hidden="true" /> Fork…
      </summary>
      <div className="runs-fork-form">
        <label htmlFor={`${id}-at`}>from</label>
        <select
          id={`${id}-at`}
          className="ui-input"
          value={at}
          onChange={(event) => setAt(event.target.value)}
        >
          <option value="newest">where it stands, step {run.step}</option>
          {run.kept.map(({ step, why }) => (
            <option key={step} value={step}>
              {step === 0
                ? 'its start, after the split'
                : `${why === 'stage' ? 'the change of stage' : 'the checkpoint'} after step ${step}`}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-config`}>with</label>
        <select
          id={`${id}-config`}
          className="ui-input"
          value={taken}
          aria-describedby={`${id}-why`}
          onChange={(event) => setConfig(event.target.value === 'draft' ? 'draft' : 'same')}
        >
          <option value="same">its own config</option>
          <option value="draft" disabled={misfit !== null}>
            the config that Setup shows
          </option>
        </select>
        <Button
          variant="primary"
          disabled={!isReady}
          onClick={() =>
            action.run(`Forking ${run.name}…`, async () => {
              await forkRun(run.id, at === 'newest' ? 'newest' : Number(at), taken);
              return null;
            })
          }
        >
          Fork
        </Button>
        <p id={`${id}-why`} className="runs-quiet">
          {misfit ?? 'Change fields in Setup first to fork with another config.'}
        </p>
      </div>
    </details>
  );
}
