/**
 * Gathers what the worker has to say and posts it as one batch, at most one each BATCH_MS. Of messages that only
 * tell the present state, the last one counts. Buffers named as transferable leave the worker.
 */
import type { Batch, FromWorker } from './protocol.ts';
import { BATCH_MS } from './protocol.ts';

export type Post = (batch: Batch, transfer: Transferable[]) => void;

/** Messages that a later one of their type replaces. */
const LATEST: ReadonlySet<FromWorker['type']> = new Set([
  'status',
  'draft',
  'splitProgress',
  'memory',
  'timing',
  'policyHash',
  'evaluationProgress',
  'warmupProgress',
]);

export class Outbox {
  readonly #post: Post;
  #messages: FromWorker[] = [];
  #transfer: Transferable[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastFlush = -Infinity;

  constructor(post: Post) {
    this.#post = post;
  }

  add(message: FromWorker, transfer: readonly Transferable[] = []): void {
    if (LATEST.has(message.type)) this.#messages = this.#messages.filter(({ type }) => type !== message.type);
    this.#messages.push(message);
    this.#transfer.push(...transfer);
    this.#timer ??= setTimeout(
      () => this.flush(),
      Math.max(0, this.#lastFlush + BATCH_MS - performance.now()),
    );
  }

  /**
   * Posts what is due. The loop calls it between phases: a timer alone would wait behind a long phase, and a
   * macrotask is not promised to reach it before the next one.
   */
  flushIfDue(): void {
    if (this.#timer !== null && performance.now() - this.#lastFlush >= BATCH_MS) this.flush();
  }

  /** Posts at once. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#messages.length === 0) return;
    this.#lastFlush = performance.now();
    const [messages, transfer] = [this.#messages, this.#transfer];
    this.#messages = [];
    this.#transfer = [];
    this.#post({ messages }, transfer);
  }
}
