/** Lets messages of the page in. setTimeout would cost 4 ms a turn once nested, a promise would let nothing in. */
const channel = new MessageChannel();
let waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  const due = waiting;
  waiting = [];
  for (const resolve of due) resolve();
};

/** Resolves in a later macrotask, after at least `delayMs`. */
export function macrotask(delayMs = 0): Promise<void> {
  return new Promise((resolve) => {
    if (delayMs > 0) {
      setTimeout(resolve, delayMs);
      return;
    }
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
