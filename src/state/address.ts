/** What the page's address may ask for: `?preset=nano&seed=3&backend=wasm&testing=1`, and a shared view in its fragment. */
import * as v from 'valibot';
import { PRESET_NAMES } from '../worker/protocol.ts';
import { readLink, type SharedView } from '../runs/index.ts';
import type { BackendName } from '../worker/protocol.ts';

export interface Address {
  readonly preset: string;
  readonly seed: number | null;
  readonly backend: BackendName | null;
  readonly testing: boolean;
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
} as const;

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
      `The address asks for ${name} "${given}", which is not known; allowed: ${FIELDS[name].allowed}.`,
    );
    return null;
  };
  const link = readLink(fragment);
  if (link && !link.ok) notices.push(link.message);
  return {
    preset: read('preset', FIELDS.preset.schema) ?? 'tiny',
    seed: read('seed', FIELDS.seed.schema),
    backend: read('backend', FIELDS.backend.schema),
    testing: query.get('testing') === '1',
    view: link?.ok ? link.view : null,
    notices,
  };
}
