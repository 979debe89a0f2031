/** Work to be done before the process ends, without changing how it ends. */

export interface ProcessEndActions {
  /** The event loop has run empty. Work begun here keeps the process until it is done. */
  readonly loopEmpty: () => void;
  /** The process was told to end; it does when this resolves. */
  readonly told: () => Promise<void>;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Returns what takes the actions back. */
export function onProcessEnd({ loopEmpty, told }: ProcessEndActions): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    void told().finally(() => {
      remove();
      // A listener turns the signal's own effect off. The app's listeners, if any, decide; else it ends.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  const remove = (): void => {
    process.off("beforeExit", loopEmpty);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on("beforeExit", loopEmpty);
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return remove;
}
