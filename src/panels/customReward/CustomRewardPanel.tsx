import { lazy, Suspense } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { EXAMPLE_TERMS } from '../../engine/rewards/custom/examples.ts';
import {
  editTerm,
  leaveLesson,
  select,
  stopTrial,
  tryTerm,
  useCustomReward,
  useLocked,
  useSelection,
  useShownStep,
} from '../../state/index.ts';
import { Button, EmptyState, Locked, Panel } from '../../ui/index.ts';
import { JoinForm } from './JoinForm.tsx';
import { LastStepFailures } from './LastStepFailures.tsx';
import { PendingView } from './PendingView.tsx';
import { RecipeTerms } from './RecipeTerms.tsx';
import { TrialTable } from './TrialTable.tsx';
import './customReward.css';

const CodeEditor = lazy(() => import('./CodeEditor.tsx'));

/** Write, try, join; and what the terms of the recipe did in the last step. A lesson locks what joins, not the try. */
export function CustomRewardPanel() {
  const isLocked = useLocked('setup');
  return (
    <Panel
      title="Custom reward"
      testId="custom-reward"
      note="runs in a sandbox without network, storage, clock or page"
    >
      <div className="cr-body">
        <PendingView />
        <div className="cr-columns">
          <EditorSection />
          <div className="cr-side">
            <TrySection />
            <Locked locked={isLocked} onLeave={leaveLesson}>
              <JoinForm />
              <RecipeTerms />
            </Locked>
            <LastStepFailures />
          </div>
        </div>
      </div>
    </Panel>
  );
}

/** The selected group, where it has responses; null: there is nothing to try a term on. */
function useTrialGroup() {
  const shown = useShownStep();
  const wanted = useSelection((selection) => selection.group);
  const count = shown?.groups.length ?? 0;
  const at = Math.min(wanted, count - 1);
  const group = shown?.groups[at];
  return shown && group && group.rollouts.length > 0 ? { step: shown.step, at, count, group } : null;
}

function EditorSection() {
  const code = useCustomReward((state) => state.edited.code);
  const target = useTrialGroup();
  const run = () => {
    if (target) void tryTerm(target.group, target.step);
  };
  return (
    <section className="cr-section" aria-label="Code">
      <header className="cr-head">
        <h3>Code</h3>
        <span className="cr-examples" role="group" aria-label="Start from an example">
          <span className="cr-quiet">Start from</span>
          {EXAMPLE_TERMS.map((example) => (
            <Button key={example.name} onClick={() => editTerm({ name: example.name, code: example.code })}>
              {example.title}
            </Button>
          ))}
        </span>
      </header>
      <Suspense fallback={<EmptyState title="Loading the editor…" tone="loading" />}>
        <CodeEditor
          label="Code of the term"
          code={code}
          onChange={(text) => editTerm({ code: text })}
          onRun={run}
        />
      </Suspense>
      <details className="cr-help">
        <summary>What the code gets, and what it must return</summary>
        <dl>
          <dt>
            <code>sample</code>
          </dt>
          <dd>
            <code>{'{problem, answer, key_words}'}</code>: two texts and a list of texts.
          </dd>
          <dt>
            <code>response</code>
          </dt>
          <dd>
            <code>{'{text, tokens}'}</code>: the response as every term reads it, without spaces around &lt;
            &gt; /, and its length in tokens, the end token included.
          </dd>
          <dt>return</dt>
          <dd>
            <code>{'{value, evidence}'}</code>: a number from 0 to 1, and a text or a list of{' '}
            <code>{'{start, end, label}'}</code> in the text. Anything else is an error: in training it counts
            0, and the waterfall says why.
          </dd>
          <dt>limits</dt>
          <dd>
            2.5 million turns of loops or calls, 16 MB, and nothing that differs from call to call: no clock,
            no chance, no memory of other responses.
          </dd>
        </dl>
      </details>
    </section>
  );
}

function TrySection() {
  const target = useTrialGroup();
  const trial = useCustomReward((state) => state.trial);
  const isRunning = trial !== null && trial.results === null && trial.error === null;
  return (
    <section className="cr-section" aria-label="Try">
      <header className="cr-head">
        <h3>1. Try it on the selected group</h3>
        {target && (
          <span className="cr-chooser">
            <Button
              variant="quiet"
              aria-label="Previous group"
              disabled={target.at === 0}
              onClick={() => select({ step: target.step, group: target.at - 1 })}
            >
              <ChevronLeft size={14} aria-hidden />
            </Button>
            <span>
              step {target.step}, group {target.at + 1}/{target.count}
            </span>
            <Button
              variant="quiet"
              aria-label="Next group"
              disabled={target.at >= target.count - 1}
              onClick={() => select({ step: target.step, group: target.at + 1 })}
            >
              <ChevronRight size={14} aria-hidden />
            </Button>
          </span>
        )}
      </header>
      {target ? (
        <>
          <p className="cr-quiet">
            {target.group.problem} <b>{target.group.answer}</b>
          </p>
          <div className="cr-actions">
            <Button variant="primary" onClick={() => void tryTerm(target.group, target.step)}>
              Try on {target.group.rollouts.length} responses
            </Button>
            {isRunning && <Button onClick={stopTrial}>Stop</Button>}
            <span className="cr-quiet">Ctrl or ⌘ + Enter in the editor</span>
          </div>
          <TrialTable />
        </>
      ) : (
        <EmptyState title="No responses yet">
          A term is tried on a group of responses. Press Step at the top: the first step brings some.
        </EmptyState>
      )}
    </section>
  );
}
