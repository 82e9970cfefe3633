import type { RandomStream } from '../../random.ts';
import { ATTRIBUTE_VALUES, exclusive, matches } from './grammar.ts';
import type { Attributes, Filter, SceneVariant } from './grammar.ts';
import { answerOf } from './questions.ts';
import type { Question, QuestionKind } from './questions.ts';

/** Which attributes a filter names, by weight. Every entry holds for the variants that have all of them. */
const FILTER_FORMS: readonly (readonly [number, readonly string[]])[] = [
  [6, ['color', 'shape']],
  [5, ['shape']],
  [3, ['color']],
  [2, ['size', 'shape']],
  [2, ['material', 'shape']],
  [1, ['size', 'color']],
  [1, ['size', 'color', 'shape']],
  [1, ['size']],
  [1, ['material']],
];

/** How often a filter is taken from an object that is there, rather than drawn freely. */
const FILTER_FROM_SCENE = 0.85;
const AMOUNTS = [2, 3, 4];
/** Two searches together write at most this many attribute values, so that the response stays short enough. */
const WORDS_OF_TWO_SEARCHES = 15;
const COUNTED_ANSWERS: Readonly<Partial<Record<QuestionKind, readonly number[]>>> = {
  count: [0, 1, 2, 3, 4],
  position: [0, 1, 2, 3, 4],
  union: [1, 2, 3, 4, 5],
  add: [2, 3, 4, 5, 6],
  subtract: [0, 1, 2, 3, 4, 5],
  subtract_two: [0, 1, 2, 3, 4],
};

/** An answer to aim at, drawn evenly, so that no kind is won by always saying the same. */
export function targetAnswer(
  kind: QuestionKind,
  variant: SceneVariant,
  [fewest, most]: readonly [number, number],
  stream: RandomStream,
): string {
  switch (kind) {
    case 'exist':
    case 'compare':
      return stream.pick(['yes', 'no']);
    case 'attribute':
    case 'relation':
      return stream.pick(stream.pick(Object.values(ATTRIBUTE_VALUES[variant])));
    case 'total':
      return String(fewest + stream.integer(most - fewest + 1));
    case 'count':
    case 'position':
    case 'union':
    case 'add':
    case 'subtract':
    case 'subtract_two':
      return String(stream.pick((COUNTED_ANSWERS[kind] ?? []).filter((answer) => answer <= most)));
    default:
      return kind satisfies never;
  }
}

/**
 * A question of the kind about these objects, drawn; its answer may miss the target. Null when the draw makes
 * no sense for these objects.
 */
export function proposeQuestion(
  kind: QuestionKind,
  variant: SceneVariant,
  objects: readonly Attributes[],
  target: string,
  stream: RandomStream,
): Question | null {
  const filter = drawFilter(variant, objects, stream);
  const other = drawFilter(variant, objects, stream);
  const side = stream.pick(['left', 'right'] as const);
  const asked = Object.entries(ATTRIBUTE_VALUES[variant]).find(([, values]) => values.includes(target));
  const attribute = asked?.[0] ?? 'shape';
  const unique = objects.filter((object) => matches(object, filter)).length === 1;
  switch (kind) {
    case 'total':
      return { kind };
    case 'exist':
    case 'count':
    case 'subtract':
      return { kind, filter };
    case 'add':
      return { kind, filter, amount: stream.pick(AMOUNTS) };
    case 'attribute':
      return unique && !(attribute in filter) ? { kind, filter, attribute } : null;
    case 'relation': {
      const question = { kind, filter, side, attribute };
      return unique && answerOf(question, objects) !== '' ? question : null;
    }
    case 'position':
      return unique ? { kind, filter, side } : null;
    case 'compare': {
      const comparison = stream.pick(['more', 'fewer', 'same'] as const);
      return searchable(objects, filter, other) ? { kind, filters: [filter, other], comparison } : null;
    }
    case 'union':
    case 'subtract_two':
      return searchable(objects, filter, other) ? { kind, filters: [filter, other] } : null;
    default:
      return kind satisfies never;
  }
}

/** No object matches both, and the two searches fit into a response. */
function searchable(objects: readonly Attributes[], a: Filter, b: Filter): boolean {
  const words = objects.length * (Object.keys(a).length + Object.keys(b).length);
  return exclusive(a, b) && words <= WORDS_OF_TWO_SEARCHES;
}

function drawFilter(variant: SceneVariant, objects: readonly Attributes[], stream: RandomStream): Filter {
  const values = ATTRIBUTE_VALUES[variant];
  const forms = FILTER_FORMS.filter(([, names]) => names.every((name) => name in values));
  const names = stream.weighted(forms);
  const model = stream.chance(FILTER_FROM_SCENE) ? stream.pick(objects) : null;
  return Object.fromEntries(names.map((name) => [name, model?.[name] ?? stream.pick(values[name] ?? [])]));
}
