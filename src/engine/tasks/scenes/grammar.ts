import type { DescribedObject } from '../types.ts';

export type SceneVariant = 'scenes' | 'scenes-nano';

/** Attribute → value of one object; which attributes there are depends on the variant. */
export type Attributes = Readonly<Record<string, string>>;

/** Attributes in the order in which a description writes them, each with its values. */
export type AttributeValues = Readonly<Record<string, readonly string[]>>;

/** CLEVR's vocabulary. */
const SCENES: AttributeValues = {
  size: ['small', 'large'],
  color: ['gray', 'red', 'blue', 'green', 'brown', 'purple', 'cyan', 'yellow'],
  material: ['metal', 'rubber'],
  shape: ['cube', 'sphere', 'cylinder', 'cone'],
};

const SCENES_NANO: AttributeValues = {
  color: ['red', 'green', 'blue'],
  shape: ['cube', 'sphere'],
};

export const ATTRIBUTE_VALUES: Readonly<Record<SceneVariant, AttributeValues>> = {
  scenes: SCENES,
  'scenes-nano': SCENES_NANO,
};

/** An object in words, "large red metal cube". */
export function objectWords(attributes: Attributes, variant: SceneVariant): string {
  return Object.keys(ATTRIBUTE_VALUES[variant])
    .map((name) => attributes[name])
    .join(' ');
}

/** Objects numbered from left to right: "1 small red metal cube, 2 large blue rubber sphere". */
export function describe(objects: readonly Attributes[], variant: SceneVariant): string {
  return objects.map((object, i) => `${i + 1} ${objectWords(object, variant)}`).join(', ');
}

/** One phrase per distinct object, as the description writes it. */
export function keyWords(objects: readonly Attributes[], variant: SceneVariant): string[] {
  return [...new Set(objects.map((object) => objectWords(object, variant)))];
}

/** Inverse of `describe`: an attribute tuple per comma-separated entry, null for one that is not of the grammar. */
export function parseDescription(description: string, variant: SceneVariant): DescribedObject[] {
  const text = description.trim();
  return text === '' ? [] : text.split(',').map((entry) => parseEntry(entry.trim(), variant));
}

function parseEntry(entry: string, variant: SceneVariant): DescribedObject {
  const [number, ...words] = entry.split(/\s+/);
  const names = Object.keys(ATTRIBUTE_VALUES[variant]);
  if (number === undefined || !/^\d{1,3}$/.test(number) || words.length !== names.length) return null;
  const known = names.every((name, i) => ATTRIBUTE_VALUES[variant][name]?.includes(words[i] ?? ''));
  return known ? Object.fromEntries(names.map((name, i) => [name, words[i] ?? ''])) : null;
}

/** The attributes that a question asks an object to have; without a shape it reads "red object". */
export type Filter = Attributes;

/** A filter in words, singular or plural, in the description's attribute order: "large blue sphere(s)". */
export function filterWords(filter: Filter, variant: SceneVariant, plural: boolean): string {
  const adjectives = Object.keys(ATTRIBUTE_VALUES[variant])
    .filter((name) => name !== 'shape')
    .flatMap((name) => filter[name] ?? []);
  return [...adjectives, `${filter['shape'] ?? 'object'}${plural ? 's' : ''}`].join(' ');
}

export function matches(object: Attributes, filter: Filter): boolean {
  return Object.entries(filter).every(([name, value]) => object[name] === value);
}

/** No object can match both. */
export function exclusive(a: Filter, b: Filter): boolean {
  return Object.entries(a).some(([name, value]) => name in b && b[name] !== value);
}
