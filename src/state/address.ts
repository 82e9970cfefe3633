/**
 * What the page's address may ask for: `?preset=nano&seed=3&backend=wasm&testing=1`, `?lesson=advantage`,
 * `?embed=charts`, and a shared view in its fragment.
 */
import * as v from 'valibot';
import { PRESET_NAMES } from '../worker/protocol.ts';
import { readLink, type SharedView } from '../runs/index.ts';
import { TABS, type TabId } from './layout.ts';
import { LESSON_NAMES, type LessonName } from './lessons/index.ts';
import type { BackendName } from '../worker/protocol.ts';

/** Panels that can stand alone in another page. */
export const EMBEDS = TABS.filter(
  (tab): tab is EmbedId => tab !== 'help' && tab !== 'setup' && tab !== 'runs',
);
export type EmbedId = Exclude<TabId, 'help' | 'setup' | 'runs'>;

export interface Address {
  readonly preset: string;
  readonly seed: number | null;
  readonly backend: BackendName | null;
  readonly testing: boolean;
  /** A lesson to open; none in an embedded panel, which has no room for it. */
  readonly lesson: LessonName | null;
  /** The only panel to show. */
  readonly embed: EmbedId | null;
  /** What a link shows; it goes before preset and seed. */
  readonly view: SharedView | null;
  /** What was asked and refused, in words for the reader. */
  readonly notices: readonly string[];
}

const FIELDS = {
  preset: { schema: v.picklist(PRESET_NAMES), allowed: PRESET_NAMES.join(', ') },
  seed: {
    schema: v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)),
    allowed: 'a whole number from 0 to 999999999',
  },
  backend: { schema: v.picklist(['webgpu', 'wasm', 'cpu']), allowed: 'webgpu, wasm, cpu' },
  lesson: { schema: v.picklist(LESSON_NAMES), allowed: LESSON_NAMES.join(', ') },
  embed: { schema: v.picklist(EMBEDS), allowed: EMBEDS.join(', ') },
} as const;

/** Characters of a refused value that are shown. */
const SHOWN = 60;

/** A value from outside, short and in one line; what turns or hides text is left out. */
function shown(value: string): string {
  const plain = value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}

/** Reads query string and fragment; what is bad is left out and named in `notices`. */
export function readAddress(search: string, fragment = ''): Address {
  const query = new URLSearchParams(search);
  const notices: string[] = [];
  const read = <S extends v.GenericSchema>(name: keyof typeof FIELDS, schema: S): v.InferOutput<S> | null => {
    const given = query.get(name);
    if (given === null) return null;
    const parsed = v.safeParse(schema, given);
    if (parsed.success) return parsed.output;
    notices.push(
      `The address asks for ${name} "${shown(given)}", which is not known; allowed: ${FIELDS[name].allowed}.`,
    );
    return null;
  };
  const link = readLink(fragment);
  if (link && !link.ok) notices.push(link.message);
  const embed = read('embed', FIELDS.embed.schema);
  const lesson = read('lesson', FIELDS.lesson.schema);
  if (embed && lesson)
    notices.push('A lesson needs the whole page; open this panel in the playground to take it.');
  return {
    preset: read('preset', FIELDS.preset.schema) ?? 'tiny',
    seed: read('seed', FIELDS.seed.schema),
    backend: read('backend', FIELDS.backend.schema),
    testing: query.get('testing') === '1',
    lesson: embed ? null : lesson,
    embed,
    view: link?.ok ? link.view : null,
    notices,
  };
}

/** The same address with the whole workbench. */
export function withoutEmbed(href: string): string {
  const url = new URL(href);
  url.searchParams.delete('embed');
  return url.href;
}
