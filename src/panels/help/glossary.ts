/** The glossary: words of the method, every metric of a step, every setting; each from where it is defined. */
import { METRIC_DEFINITIONS } from '../../engine/rl/metricDefinitions.ts';
import { METHOD_TERMS } from './methodTerms.ts';

export interface GlossaryEntry {
  readonly kind: 'method' | 'metric' | 'field';
  readonly term: string;
  /** The metric's name in the record, or where the field stands. */
  readonly at: string | null;
  readonly unit: string;
  readonly definition: string;
  readonly hint: string | null;
}

/** What other panels have to say, as much of it as the glossary reads. */
export interface GlossarySources {
  readonly charts: readonly {
    readonly lines: readonly { readonly metric: string }[];
    readonly hint?: string;
  }[];
  readonly fields: readonly {
    /** Where the section is; absent: Setup. */
    readonly panel?: string;
    readonly section: string;
    readonly fields: readonly {
      readonly label: string;
      readonly unit?: string;
      readonly definition: string;
      readonly hint: string;
    }[];
  }[];
}

const CUSTOM: GlossaryEntry = {
  kind: 'metric',
  term: 'a custom term’s reward',
  at: 'rewards/custom:NAME/mean',
  unit: '',
  definition:
    'Mean over the step’s rollouts of the value that the term’s own code gave, before its weight; a failure counts 0. Its std stands under the same name with /std.',
  hint: null,
};

export function helpEntries({ charts, fields }: GlossarySources): GlossaryEntry[] {
  const method = METHOD_TERMS.map(({ term, definition }): GlossaryEntry => {
    return { kind: 'method', term, at: null, unit: '', definition, hint: null };
  });
  const metrics = Object.entries(METRIC_DEFINITIONS).map(
    ([name, { label, unit, definition }]): GlossaryEntry => {
      const chart = charts.find(({ lines }) => lines.some((line) => line.metric === name));
      return { kind: 'metric', term: label, at: name, unit, definition, hint: chart?.hint ?? null };
    },
  );
  const settings = fields.flatMap(({ panel = 'Setup', section, fields: inSection }) =>
    inSection.map(({ label, unit, definition, hint }): GlossaryEntry => {
      return { kind: 'field', term: label, at: `${panel}, ${section}`, unit: unit ?? '', definition, hint };
    }),
  );
  return [...method, ...metrics, CUSTOM, ...settings];
}

/** Entries that have every word of the query somewhere; those whose term or name has them come first. */
export function findEntries(entries: readonly GlossaryEntry[], query: string): GlossaryEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const name = ({ term, at }: GlossaryEntry): string => `${term} ${at ?? ''}`;
  const found = entries.filter((entry) => has(`${name(entry)} ${entry.definition} ${entry.hint ?? ''}`));
  return [...found.filter((entry) => has(name(entry))), ...found.filter((entry) => !has(name(entry)))];
}
