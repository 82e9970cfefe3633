import type { RandomStream } from '../../random.ts';
import { EMOJI, emojiNamed, lookAlike } from './emoji.ts';
import type { Emoji } from './emoji.ts';
import { exclusive, matches } from './grammar.ts';
import type { Filter } from './grammar.ts';
import { answerOf } from './questions.ts';
import type { Question, QuestionKind } from './questions.ts';

/** How often a filter is taken from an emoji that is there, and how often else from the look-alike of one. */
const FILTER_FROM_PICTURE = 0.75;
const FILTER_FROM_TWIN = 0.5;
/** How often a filter names a category; the rest name an emoji. Emoji to find are named more often. */
const BY_CATEGORY = 0.65;
const REFERENT_BY_CATEGORY = 0.25;
const ASKS_NAME = 0.7;

const COUNTED_ANSWERS: Readonly<Partial<Record<QuestionKind, readonly number[]>>> = {
  count: [0, 1, 2, 3, 4],
  position: [0, 1, 2, 3, 4],
  union: [1, 2, 3, 4, 5],
  subtract: [0, 1, 2, 3, 4],
};

/**
 * An answer to aim at, drawn evenly, so that no kind is won by always saying the same; null where the answer is a
 * name or a category, which come up evenly by themselves.
 */
export function targetAnswer(
  kind: QuestionKind,
  [fewest, most]: readonly [number, number],
  stream: RandomStream,
): string | null {
  switch (kind) {
    case 'exist':
    case 'side':
    case 'compare':
      return stream.pick(['yes', 'no']);
    case 'name':
    case 'place':
    case 'relation':
      return null;
    case 'total':
      return String(fewest + stream.integer(most - fewest + 1));
    case 'count':
    case 'position':
    case 'union':
    case 'subtract':
      return String(stream.pick((COUNTED_ANSWERS[kind] ?? []).filter((answer) => answer <= most)));
    default:
      return kind satisfies never;
  }
}

/**
 * A question of the kind about these emoji, drawn; its answer may miss the target. Null when the draw makes no
 * sense for them.
 */
export function proposeQuestion(
  kind: QuestionKind,
  emoji: readonly Emoji[],
  stream: RandomStream,
): Question | null {
  const unique = (filter: Filter): boolean => emoji.filter((one) => matches(one, filter)).length === 1;
  const side = stream.pick(['left', 'right'] as const);
  switch (kind) {
    case 'total':
      return { kind };
    case 'exist':
    case 'count':
    case 'subtract':
      return { kind, filter: drawFilter(emoji, BY_CATEGORY, stream) };
    case 'name': {
      const filter = drawFilter(emoji, 1, stream);
      return unique(filter) ? { kind, filter } : null;
    }
    case 'place':
      return { kind, number: 1 + stream.integer(emoji.length) };
    case 'relation': {
      const filter = drawFilter(emoji, REFERENT_BY_CATEGORY, stream);
      const question = {
        kind,
        filter,
        side,
        asks: stream.chance(ASKS_NAME) ? ('name' as const) : ('category' as const),
      };
      return unique(filter) && answerOf(question, emoji) !== '' ? question : null;
    }
    case 'side': {
      const filters = drawPair(emoji, REFERENT_BY_CATEGORY, stream);
      return filters?.every(unique) ? { kind, filters, side } : null;
    }
    case 'position': {
      const filter = drawFilter(emoji, REFERENT_BY_CATEGORY, stream);
      return unique(filter) ? { kind, filter, side } : null;
    }
    case 'compare': {
      const filters = drawPair(emoji, BY_CATEGORY, stream);
      return filters && { kind, filters, comparison: stream.pick(['more', 'fewer', 'same'] as const) };
    }
    case 'union': {
      const filters = drawPair(emoji, BY_CATEGORY, stream);
      return filters && { kind, filters };
    }
    default:
      return kind satisfies never;
  }
}

/** Two filters that no emoji can match both; null when the draw gave others. */
function drawPair(
  emoji: readonly Emoji[],
  byCategory: number,
  stream: RandomStream,
): readonly [Filter, Filter] | null {
  const a = drawFilter(emoji, byCategory, stream);
  const b = drawFilter(emoji, byCategory, stream);
  return exclusive(a, b) ? [a, b] : null;
}

function drawFilter(emoji: readonly Emoji[], byCategory: number, stream: RandomStream): Filter {
  const by = stream.chance(byCategory) ? 'category' : 'name';
  const there = stream.pick(emoji);
  const other = stream.chance(FILTER_FROM_TWIN) ? lookAlike(there) : emojiNamed(stream.pick(EMOJI).name);
  return { by, value: (stream.chance(FILTER_FROM_PICTURE) ? there : other)[by] };
}
