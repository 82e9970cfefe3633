import { useState } from 'react';
import { ChevronDown, ChevronLeft, ChevronRight } from 'lucide-react';
import type { Hack, HackId } from '../../engine/rewards/gaming.ts';
import { HACK_PRESETS, HACKS, startRun, useSamples, useSession } from '../../state/index.ts';
import type { SampleRow, TaskInfo } from '../../state/index.ts';
import { Button, EmptyState, Panel } from '../../ui/index.ts';
import { Exploit } from './Exploit.tsx';
import { LearnedRun } from './LearnedRun.tsx';
import './hacks.css';

/** METHOD's list of ways to game the reward; one at a time is open. */
export function HacksPanel() {
  const tasks = useSession((state) => state.tasks);
  const hasFailed = useSession((state) => state.status === 'failed');
  const isBooting = useSession((state) => state.status === 'booting');
  if (tasks) return <HackList tasks={tasks} />;
  return (
    <Panel title="Reward hacks" testId="hacks-panel">
      {hasFailed ? (
        <EmptyState title="No run, no rewards" tone="error">
          The engine did not start; the message at the top of the page says why.
        </EmptyState>
      ) : isBooting ? (
        <EmptyState title="Loading the model…" tone="loading">
          The hacks are written for samples of its tasks.
        </EmptyState>
      ) : (
        <EmptyState
          title="No model is loaded"
          tone="error"
          action={<Button onClick={() => startRun(false)}>Load it again</Button>}
        >
          The message at the top of the page says why.
        </EmptyState>
      )}
    </Panel>
  );
}

function HackList({ tasks }: { readonly tasks: TaskInfo }) {
  const [open, setOpen] = useState<HackId | null>(HACKS[0].id);
  const [wanted, setWanted] = useState(0);
  // An imported set need not hold anything out.
  const part = tasks.sizes.heldout > 0 ? 'heldout' : 'train';
  const count = tasks.sizes[part];
  const at = Math.max(0, Math.min(wanted, count - 1));
  const { rows } = useSamples({ part, offset: at, count: 1 });
  return (
    <Panel
      title="Reward hacks"
      testId="hacks-panel"
      note="as the published recipes pay"
      actions={
        <span className="ha-chooser" data-testid="hacks-sample">
          <Button
            variant="quiet"
            aria-label="Previous sample"
            disabled={at === 0}
            onClick={() => setWanted(at - 1)}
          >
            <ChevronLeft size={14} aria-hidden />
          </Button>
          <span>
            {part === 'heldout' ? 'held-out' : 'train'} sample {at + 1}/{count}
          </span>
          <Button
            variant="quiet"
            aria-label="Next sample"
            disabled={at >= count - 1}
            onClick={() => setWanted(at + 1)}
          >
            <ChevronRight size={14} aria-hidden />
          </Button>
        </span>
      }
    >
      <ol className="ha-list">
        {HACKS.map((hack) => (
          <HackItem
            key={hack.id}
            hack={hack}
            sample={rows.at(0) ?? null}
            isOpen={hack.id === open}
            onToggle={() => setOpen(hack.id === open ? null : hack.id)}
          />
        ))}
      </ol>
    </Panel>
  );
}

interface HackItemProps {
  readonly hack: Hack;
  /** null: on its way. */
  readonly sample: SampleRow | null;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function HackItem({ hack, sample, isOpen, onToggle }: HackItemProps) {
  const hasRun = HACK_PRESETS.some((preset) => preset.hack === hack.id);
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="ha-item" data-open={isOpen} data-testid={`hack-${hack.id}`}>
      <h3>
        <button type="button" className="ha-toggle" aria-expanded={isOpen} onClick={onToggle}>
          <Icon size={15} aria-hidden /> {hack.title}
        </button>
        <span className="ha-tag">{hack.stage} reward</span>
        {hasRun && <span className="ha-tag">with a run</span>}
      </h3>
      <p className="ha-explanation">{hack.explanation}</p>
      {isOpen && (
        <div className="ha-body">
          {sample ? (
            <Exploit key={`${hack.id} ${sample.qid}`} hack={hack} sample={sample} />
          ) : (
            <EmptyState title="Loading the sample…" tone="loading" />
          )}
          <LearnedRun hack={hack.id} />
        </div>
      )}
    </li>
  );
}
