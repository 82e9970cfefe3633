/** Iterator helpers of ES2025, which jax-js uses and Node 20 lacks. Only for Node; browsers have them. */
type AnyIterator = IterableIterator<unknown>;

const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as Record<
  string,
  unknown
>;

const helpers: Record<string, (this: AnyIterator, argument: never) => unknown> = {
  map(this: AnyIterator, change: (value: unknown) => unknown) {
    return Array.from(this, change).values();
  },
  filter(this: AnyIterator, keep: (value: unknown) => boolean) {
    return [...this].filter(keep).values();
  },
  flatMap(this: AnyIterator, change: (value: unknown) => unknown[]) {
    return [...this].flatMap(change).values();
  },
  every(this: AnyIterator, holds: (value: unknown) => boolean) {
    return [...this].every(holds);
  },
  some(this: AnyIterator, holds: (value: unknown) => boolean) {
    return [...this].some(holds);
  },
  toArray(this: AnyIterator) {
    return [...this];
  },
};

for (const [name, value] of Object.entries(helpers)) {
  if (!(name in prototype))
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}
