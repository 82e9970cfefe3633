import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  findTaken,
  select,
  useDialog,
  useLocked,
  useSelection,
  useSession,
  useShownStep,
} from '../../state/index.ts';
import type { ShownStep } from '../../state/index.ts';
import { Button, EmptyState, Panel, Tooltip, advantageScale, formatNumber } from '../../ui/index.ts';
import { GroupRowView } from './GroupRowView.tsx';
import { RolloutRowView } from './RolloutRowView.tsx';
import { SORTS, buildRows, findTarget } from './rows.ts';
import type { Filter, Sort, Target } from './rows.ts';
import './rollouts.css';

const GROUP_HEIGHT = 60;
const ROLLOUT_HEIGHT = 68;
const FILTERS: readonly { value: Filter; label: string }[] = [
  { value: 'all', label: 'all groups' },
  { value: 'mixed', label: 'mixed' },
  { value: 'all_correct', label: 'all correct' },
  { value: 'all_wrong', label: 'all wrong' },
  { value: 'tied_other', label: 'tied' },
];
const DONE_TEXT: Readonly<Record<ShownStep['done'], string>> = {
  sample: 'in progress: questions drawn',
  rollout: 'in progress: rolled out, not scored',
  score: 'in progress: scored, no advantages yet',
  advantage: 'in progress: advantages known, not updated',
  update: 'done',
};

/** What the first rollouts wait for: the user, or the split; or why they will not come. */
function BeforeFirstStep() {
  const isFailed = useSession((session) => session.status === 'failed');
  const isSplitting = useSession(({ status, phase }) => status === 'running' && phase === 'split');
  const progress = useSession((session) => session.progress);
  const isLesson = useLocked('play');
  if (isFailed) {
    return (
      <EmptyState title="Nothing can run here" tone="error">
        The message above says what happened and what to do.
      </EmptyState>
    );
  }
  if (!isSplitting) {
    return (
      <EmptyState title="No rollouts yet">
        {isLesson ? 'The lesson above says what to press' : 'Press Play, or run one step'}, and every group of
        that step appears here with its rewards and advantages.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="First, the split">
      The policy answers {progress?.total ?? 'the'} questions several times each, to sort them into easy,
      medium and hard{progress ? `; ${progress.done} are done` : ''}. The Data tab fills as they come; the
      first rollouts follow.
    </EmptyState>
  );
}

/** The groups of the selected step and, unfolded, their rollouts. Selecting one drives the inspector. */
export function RolloutsPanel() {
  const shown = useShownStep();
  return (
    <Panel title="Rollouts" testId="rollouts-panel" note={shown && <StepNote shown={shown} />}>
      {shown ? <RolloutList shown={shown} /> : <BeforeFirstStep />}
    </Panel>
  );
}

function StepNote({ shown }: { readonly shown: ShownStep }) {
  const size = Math.max(0, ...shown.groups.map((group) => group.rollouts.length));
  const batchStd = shown.metrics?.reward_std;
  const asked = useSelection((selection) => selection.asked);
  return (
    <span data-testid="rollouts-note">
      step {shown.step}
      {asked !== null && (
        <>
          {', '}
          <Tooltip
            definition={`The rollouts of step ${asked} are not kept; those of step ${shown.step} are the nearest.`}
            hint="Every metric of every step is in the charts. Of a live run the newest steps are kept whole, and pinned ones; of a recorded run chosen ones."
          >
            the nearest kept to {asked}
          </Tooltip>
        </>
      )}{' '}
      · {shown.stage} · {shown.groups.length} groups × {size} · {DONE_TEXT[shown.done]}
      {batchStd !== undefined && (
        <>
          {' · '}
          <Tooltip
            definition="Standard deviation of all rewards of the step: TRL's reward_std."
            hint="The std in each row is its own group's, over G − 1: the one the advantage divides by."
          >
            batch reward_std
          </Tooltip>{' '}
          {formatNumber(batchStd)}
        </>
      )}
      {shown.metrics?.frac_reward_zero_std === 1 && (
        <>
          {' · '}
          <Tooltip
            definition="In every group all rewards were equal, so every advantage was 0."
            hint="Only the KL to the stage's first policy and weight decay can have moved the parameters."
          >
            nothing to learn from
          </Tooltip>
        </>
      )}
    </span>
  );
}

function RolloutList({ shown }: { readonly shown: ShownStep }) {
  const group = useSelection((selection) => selection.group);
  const rollout = useSelection((selection) => selection.rollout);
  const [sort, setSort] = useState<Sort>('order');
  const [filter, setFilter] = useState<Filter>('all');
  const [find, setFind] = useState('');
  const [toggled, setToggled] = useState<ReadonlyMap<number, boolean>>(new Map());
  const needle = useDeferredValue(find);
  const scroller = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const findAsked = useDialog(({ findAsked: asked }) => asked);
  useEffect(() => {
    if (!findAsked) return;
    field.current?.focus();
    field.current?.select();
    findTaken();
  }, [findAsked]);

  const rows = useMemo(
    () =>
      buildRows(shown.groups, {
        sort,
        filter,
        find: needle,
        // The selected group is open unless it was folded by hand.
        isOpen: (index) => toggled.get(index) ?? index === group,
      }),
    [shown.groups, sort, filter, needle, toggled, group],
  );
  const advantages = useMemo(
    () => advantageScale(shown.groups.flatMap((g) => g.rollouts.flatMap((r) => r.advantage ?? []))),
    [shown.groups],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index].kind === 'group' ? GROUP_HEIGHT : ROLLOUT_HEIGHT),
    overscan: 4,
    initialRect: { width: 800, height: 600 },
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rows]);

  const selectedRow = rows.findIndex(
    (row) => row.kind === 'rollout' && row.group === group && row.rollout === rollout,
  );
  useEffect(() => {
    if (selectedRow >= 0) virtualizer.scrollToIndex(selectedRow, { align: 'auto' });
    // Only a change of selection scrolls; new rows of a live run must not move what is being read.
  }, [group, rollout]); // eslint-disable-line react-hooks/exhaustive-deps

  const onToggle = useCallback(
    (index: number, open: boolean) => {
      setToggled((now) => new Map(now).set(index, open));
      select({ step: shown.step, group: index });
    },
    [shown.step],
  );
  const onSelect = useCallback(
    (atGroup: number, atRollout: number) => select({ step: shown.step, group: atGroup, rollout: atRollout }),
    [shown.step],
  );
  const jump = (target: Target) => {
    const found = findTarget(shown.groups, target);
    if (!found) return;
    setToggled((now) => new Map(now).set(found.group, true));
    onSelect(found.group, found.rollout);
  };
  const unfoldAll = (open: boolean) => setToggled(new Map(shown.groups.map((_, index) => [index, open])));

  return (
    <div className="ro-panel">
      <div className="ro-controls">
        <input
          ref={field}
          type="search"
          className="ui-input ro-find"
          placeholder="Find in problems and responses"
          aria-label="Find in problems and responses"
          data-testid="rollouts-find"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
        <label>
          sort{' '}
          <select
            className="ui-input"
            data-testid="rollouts-sort"
            value={sort}
            onChange={(event) => setSort(SORTS.find((known) => known === event.target.value) ?? 'order')}
          >
            {SORTS.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </select>
        </label>
        <label>
          show{' '}
          <select
            className="ui-input"
            data-testid="rollouts-filter"
            value={filter}
            onChange={(event) =>
              setFilter(FILTERS.find((known) => known.value === event.target.value)?.value ?? 'all')
            }
          >
            {FILTERS.map((known) => (
              <option key={known.value} value={known.value}>
                {known.label}
              </option>
            ))}
          </select>
        </label>
        <span className="ro-jumps">
          jump to
          {(['best', 'worst', 'longest'] as const).map((target) => (
            <Button
              key={target}
              variant="quiet"
              onClick={() => jump(target)}
              data-testid={`rollouts-jump-${target}`}
            >
              {target}
            </Button>
          ))}
        </span>
        <Button variant="quiet" onClick={() => unfoldAll(true)}>
          unfold all
        </Button>
        <Button variant="quiet" onClick={() => unfoldAll(false)}>
          fold all
        </Button>
      </div>
      {rows.length === 0 ? (
        <EmptyState title="Nothing matches">No group of this step fits the search and the filter.</EmptyState>
      ) : (
        <div ref={scroller} className="ro-scroll" data-testid="rollouts-list">
          <div role="list" style={{ position: 'relative', height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const row = rows[item.index];
              const data = shown.groups[row.group];
              return (
                <div
                  key={row.kind === 'group' ? `g${row.group}` : `r${row.group}-${row.rollout}`}
                  role="listitem"
                  aria-setsize={rows.length}
                  aria-posinset={item.index + 1}
                  className="ro-item"
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === 'group' ? (
                    <GroupRowView
                      group={data}
                      index={row.group}
                      open={row.open}
                      matches={row.matches}
                      selectedRollout={row.group === group ? rollout : null}
                      onToggle={onToggle}
                    />
                  ) : (
                    <RolloutRowView
                      rollout={data.rollouts[row.rollout]}
                      group={row.group}
                      index={row.rollout}
                      selected={row.group === group && row.rollout === rollout}
                      advantages={advantages}
                      onSelect={onSelect}
                    />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}
