import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rowObjective } from '../../engine/rl/objectiveReference.ts';
import { PRESETS } from '../../engine/rl/presets.ts';
import type { ObjectiveConfig, TrainConfig } from '../../engine/index.ts';
import { choosePreset, editConfig, valueAt } from '../../state/index.ts';
import { ConfigField } from './ConfigField.tsx';
import type { FieldSpec } from './fieldSpec.ts';
import { BATCH_FIELDS, SAMPLING_FIELDS } from './fields.ts';
import { OPTIMIZER_FIELDS, REWARD_FIELDS } from './learningFields.ts';
import { OBJECTIVE_FIELDS } from './objectiveFields.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const config = PRESETS.tiny;
const withObjective = (change: object): TrainConfig => ({
  ...config,
  objective: { ...config.objective, ...change },
});
const losses = (() => {
  const { control } = OBJECTIVE_FIELDS[0];
  return control.kind === 'choice' ? control.options.map(({ value }) => value) : [];
})();

/** Dotted paths of every number, word and switch of the objective. */
function leaves(value: unknown, path: string): string[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
    : [path];
}

/** The objective with one field set. */
function withField({ objective }: TrainConfig, path: string, value: unknown): ObjectiveConfig {
  const copy = structuredClone(objective) as unknown as Record<string, unknown>;
  const keys = path.split('.').slice(1);
  const last = keys.pop()!;
  const holder = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  holder[last] = value;
  return copy as unknown as ObjectiveConfig; // a field of it set to a value its control allows
}

/** Another value of the field than the default. */
function other(spec: FieldSpec): unknown {
  const standard = valueAt(config, spec.path);
  const { control } = spec;
  if (control.kind === 'choice') return control.options.find(({ value }) => value !== standard)!.value;
  return standard === control.most ? control.least : (Number(standard) + control.most) / 2;
}

describe('the objective’s fields', () => {
  test('are all of them, each with words and a control that holds the presets’ values', () => {
    const paths = OBJECTIVE_FIELDS.map((field) => field.path);
    expect([...paths].sort()).toEqual(leaves(config.objective, 'objective').sort());
    expect(losses).toHaveLength(9);
    const rewards = [...REWARD_FIELDS.perception, ...REWARD_FIELDS.reasoning];
    for (const spec of [
      ...OBJECTIVE_FIELDS,
      ...OPTIMIZER_FIELDS,
      ...rewards,
      ...SAMPLING_FIELDS,
      ...BATCH_FIELDS,
    ]) {
      expect(spec.definition.length, spec.path).toBeGreaterThan(10);
      expect(spec.hint.length, spec.path).toBeGreaterThan(5);
      const value = valueAt(config, spec.path);
      const { control } = spec;
      if (control.kind === 'choice') expect(control.options.map((o) => o.value)).toContain(value);
      else if (value === null) expect(control.off, spec.path).toBeDefined();
      else expect(value, spec.path).toBeGreaterThanOrEqual(control.least);
    }
  });

  test.each(losses)(
    '%s: a field that is idle changes nothing, one that is not changes something',
    (lossType) => {
      const row = {
        logProbs: [-0.1, -2.5, -0.4, -3],
        oldLogProbs: [-2, -0.2, -0.5, -1.5],
        referenceLogProbs: [-30, -1, -0.1, -2],
      };
      const loss = (objective: ObjectiveConfig) =>
        [-1.5, 0.8].map((advantage) => {
          const { tokens, policyGradient, klGradient } = rowObjective({ ...row, advantage }, objective);
          return [tokens.map(({ policyLoss, kl }) => [policyLoss, kl]), policyGradient, klGradient];
        });
      const chosen = withObjective({ lossType });
      const before = loss(chosen.objective);
      // Not of a response's own terms: how they are weighed and what the advantage is; and the loss type itself.
      const outside = /\.(lossType|aggregation|klCoefficient|advantage\w+)$/;
      for (const spec of OBJECTIVE_FIELDS.filter(({ path }) => !outside.test(path))) {
        const after = loss(withField(chosen, spec.path, other(spec)));
        if (spec.idle?.(chosen)) expect(after, `${spec.path} is idle`).toEqual(before);
        else expect(after, spec.path).not.toEqual(before);
      }
    },
  );
});

describe('a field that is idle', () => {
  let root: Root;
  let page: HTMLElement;
  const input = () => page.querySelector<HTMLInputElement>('[data-path="objective.clipLow"]')!;
  const reason = () => document.getElementById(input().getAttribute('aria-describedby') ?? '');

  beforeEach(() => {
    page = document.body.appendChild(document.createElement('div'));
    root = createRoot(page);
    choosePreset('tiny');
    const spec = OBJECTIVE_FIELDS.find(({ path }) => path === 'objective.clipLow')!;
    act(() => root.render(<ConfigField spec={spec} />));
  });
  afterEach(() => {
    act(() => root.unmount());
    page.remove();
  });

  test('is disabled and says why, until the loss reads it', () => {
    expect(input().disabled).toBe(false);
    expect(reason()).toBeNull();
    act(() => editConfig('objective.lossType', 'vespo'));
    expect(input().disabled).toBe(true);
    expect(reason()?.textContent).toContain('SAPO and VESPO');
    act(() => editConfig('objective.lossType', 'cispo'));
    expect(input().disabled).toBe(false);
  });
});
