/** One job at a time that can be cancelled, whether it waits for a phase to end or is under way. */
export class Cancellable {
  #abort = new AbortController();

  /**
   * The job made of `work`, in the place of the one before. Cancelled, it ends quietly; `onEnd` is called at its end
   * unless another has taken its place.
   */
  job<Args extends unknown[]>(
    work: (signal: AbortSignal, ...args: Args) => Promise<void>,
    onEnd: () => void,
  ): (...args: Args) => Promise<void> {
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    return async (...args) => {
      try {
        await work(abort.signal, ...args);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        if (this.#abort === abort) onEnd();
      }
    };
  }

  cancel(): void {
    this.#abort.abort();
  }
}
