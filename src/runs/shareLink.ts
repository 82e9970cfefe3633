/**
 * A view of the page in its address: `#view=VERSION.PAYLOAD`, the payload base64url of deflated JSON. A config is its
 * difference from the preset, so that a link stays short and says what is special about it.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import * as v from 'valibot';
import { mergeConfig } from '../engine/rl/mergeConfig.ts';
import type { TrainConfig } from '../engine/rl/types.ts';
import { PRESET_NAMES, presetByName, type TaskChoice } from '../worker/protocol.ts';
import { faultOf, fromJson, toJson } from './json.ts';

const LINK_VERSION = 1;
/** A link of more characters is not made: mail and chat cut it. */
export const MOST_LINK = 2048;
/** Longest payload that is read, and what it may unpack to. */
const MOST_PAYLOAD = 100_000;
const MOST_JSON = 1_000_000;
const NAME = 'view';
const LEVEL = 9;

/** All that a link says. */
export interface SharedView {
  readonly config: TrainConfig;
  readonly tasks: Pick<TaskChoice, 'from' | 'name'>;
  readonly checkpoint: string;
  /** What is selected; null: live. */
  readonly selection: SharedSelection | null;
  readonly layout: SharedLayout;
}

export interface SharedSelection {
  readonly step: number;
  readonly group: number;
  readonly rollout: number;
  readonly token: number | null;
}

export interface SharedLayout {
  readonly tab: string;
  readonly railOpen: boolean;
  readonly inspectorOpen: boolean;
  readonly dockOpen: boolean;
}

/** What a link says, or why it says nothing, in words for the reader. */
export type ReadLink =
  { readonly ok: true; readonly view: SharedView } | { readonly ok: false; readonly message: string };

const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(200));
const ViewJson = v.strictObject({
  preset: v.picklist(PRESET_NAMES),
  /** Fields that differ from the preset's, nested as in TrainConfig. */
  config: v.record(v.string(), v.unknown()),
  tasks: v.strictObject({ from: v.picklist(['built-in', 'imported']), name: text }),
  checkpoint: text,
  selection: v.nullable(
    v.strictObject({ step: position, group: position, rollout: position, token: v.nullable(position) }),
  ),
  layout: v.strictObject({
    tab: text,
    railOpen: v.boolean(),
    inspectorOpen: v.boolean(),
    dockOpen: v.boolean(),
  }),
});

/** The fragment, without `#`. It may be longer than MOST_LINK: custom reward code is in it. */
export function writeLink({ config, tasks, checkpoint, selection, layout }: SharedView): string {
  const json = toJson({
    preset: config.preset,
    config: difference(presetByName(config.preset), config) ?? {},
    tasks: { from: tasks.from, name: tasks.name },
    checkpoint,
    selection,
    layout,
  } satisfies Omit<v.InferInput<typeof ViewJson>, 'preset'> & { preset: string });
  return `${NAME}=${LINK_VERSION}.${toBase64(deflateSync(strToU8(json), { level: LEVEL }))}`;
}

/** Reads a fragment, with or without `#`; null: it is none of a view. Never throws. */
export function readLink(fragment: string): ReadLink | null {
  const given = new RegExp(`^#?${NAME}=(.*)$`, 's').exec(fragment)?.[1];
  if (given === undefined) return null;
  const fail = (why: string): ReadLink => ({
    ok: false,
    message: `This link cannot be opened: ${why} The page shows what it shows without it.`,
  });
  const [, version, payload] = /^(\d{1,9})\.([\w-]*)$/.exec(given) ?? [];
  if (version === undefined) return fail('it is damaged or was cut; copy it again, whole.');
  if (Number(version) > LINK_VERSION) {
    return fail(
      `it was made by a newer version of this page (link version ${version}, this page reads ${LINK_VERSION}); load the page again to get the newest.`,
    );
  }
  if (Number(version) !== LINK_VERSION) return fail(`link version ${version} is not known.`);
  if (payload.length > MOST_PAYLOAD) return fail(`${payload.length} characters are more than a link has.`);
  try {
    return { ok: true, view: viewOf(fromJson(inflate(fromBase64(payload)))) };
  } catch (error) {
    return fail(`it is damaged, was cut, or says what this page does not know: ${wordsOf(error)}.`);
  }
}

function viewOf(json: unknown): SharedView {
  const { preset, config, ...rest } = v.parse(ViewJson, json);
  return { ...rest, config: mergeConfig(presetByName(preset), config) };
}

/** What of `to` is not as in `from`, objects field by field; undefined: nothing. */
function difference(from: unknown, to: unknown): Record<string, unknown> | undefined {
  if (!isObject(from) || !isObject(to)) return undefined;
  const changed = Object.entries(to).flatMap(([key, value]): [string, unknown][] => {
    if (toJson(from[key]) === toJson(value)) return [];
    // Another way to switch stages has other fields: it goes whole.
    const inner = key === 'stageSwitch' ? undefined : difference(from[key], value);
    return [[key, inner ?? value]];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wordsOf(error: unknown): string {
  if (v.isValiError(error)) return faultOf(error);
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}

function toBase64(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64(payload: string): Uint8Array {
  return Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
}

/** Unpacks piece by piece, so that a short link cannot fill the memory. Throws when there is no end or too much. */
function inflate(bytes: Uint8Array): string {
  const parts: Uint8Array[] = [];
  let total = 0;
  let isWhole = false;
  const stream = new Inflate((part, final) => {
    parts.push(part);
    total += part.length;
    isWhole ||= final;
    if (total > MOST_JSON) throw new Error(`it unpacks to more than ${MOST_JSON} bytes`);
  });
  const PIECE = 512;
  for (let at = 0; at < bytes.length; at += PIECE) {
    stream.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  }
  if (!isWhole) throw new Error('its end is missing');
  return strFromU8(join(parts, total));
}

function join(parts: readonly Uint8Array[], total: number): Uint8Array {
  const all = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
