import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG } from '../../../fixtures/stepRecord.ts';
import {
  choosePreset,
  chooseTasks,
  misfitOf,
  sessionStore,
  SHIPPED_CHECKPOINTS,
  type StartedInfo,
} from '../../state/index.ts';
import { TASK_SET_NAMES } from '../../engine/tasks/index.ts';
import { ModelCard } from './ModelCard.tsx';
import { TasksField } from './SourceFields.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
const notice = () => page.querySelector('[data-testid="tasks-misfit"]');
const weak = () => page.querySelector('[data-testid="model-misfit"]');

/** A session that runs a checkpoint on a built-in task set. */
function run(checkpointName: string, tasks: string): StartedInfo {
  return {
    runId: 'a',
    config: CONFIG,
    card: { name: 'tiny', parameters: 1000, faults: null, measured: { accuracy: 0.5 } },
    checkpointName,
    parameterCount: 1000,
    tasks: { name: tasks, origin: 'built-in', sizes: { train: 8, heldout: 8 } },
    policyHash: '0',
    imageSize: 48,
    patchSize: 8,
    tokenPixels: 16,
    scorer: 'none',
  };
}

beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  choosePreset('tiny');
  act(() =>
    root.render(
      <>
        <TasksField />
        <ModelCard />
      </>,
    ),
  );
});
afterEach(() => {
  act(() => root.unmount());
  page.remove();
  act(() => sessionStore.setState({ run: null, card: null }));
});

describe('the choice of questions', () => {
  it('offers every built-in set once, those that the preset’s weights know apart from the others', () => {
    const groups = [...page.querySelectorAll('optgroup')].map((group) =>
      [...group.querySelectorAll('option')].map((option) => option.value),
    );
    expect(groups.flat().sort()).toEqual([...TASK_SET_NAMES].sort());
    expect(groups[0]).toEqual(expect.arrayContaining(['scenes', 'scenes-easy', 'scenes-hard']));
    expect(groups[1]).toContain('scenes-nano');
  });

  it('says which questions the chosen weights cannot read, and is silent where they can', () => {
    for (const preset of ['tiny', 'nano']) {
      for (const name of TASK_SET_NAMES) {
        act(() => {
          choosePreset(preset);
          chooseTasks({ from: 'built-in', name });
        });
        const known = SHIPPED_CHECKPOINTS.some(
          (each) => each.preset === preset && misfitOf(each.name, name) === null,
        );
        expect(notice() === null, `${preset} ${name}`).toBe(known);
      }
    }
  });

  it('names the preset that knows them, where there is one', () => {
    act(() => chooseTasks({ from: 'built-in', name: 'scenes-nano' }));
    expect(notice()?.textContent).toContain('tiny cannot read scenes-nano');
    expect(notice()?.textContent).toContain('choose the preset nano');
  });
});

describe('the model card', () => {
  it('says when the run’s weights were made for other questions', () => {
    const show = (info: StartedInfo) => act(() => sessionStore.setState({ run: info, card: info.card }));
    show(run('tiny', 'scenes-hard'));
    expect(weak()).toBeNull();
    show(run('nano', 'scenes'));
    expect(weak()?.textContent).toContain('made for scenes-nano and are asked about scenes');
  });
});
