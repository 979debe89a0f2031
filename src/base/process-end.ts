/**
 * Work to be done before the process ends, without changing whether and how it ends.
 *
 * Listening to a signal turns its own effect off, so it is given back: the process then dies of the
 * same signal as without us. Where the app listens too, the app decides.
 */

export interface ProcessEndActions {
  /** The event loop has run empty. Work begun here keeps the process until it is done. */
  readonly loopEmpty: () => void;
  /** A signal came that the app itself answers: it may go on for a while, or end at any moment. */
  readonly warned: () => void;
  /** A signal came that ends the process: when this settles, or when it comes once more. */
  readonly ending: () => Promise<unknown>;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Returns what takes the actions back. */
export function onProcessEnd({ loopEmpty, warned, ending }: ProcessEndActions): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1 + listenersThatYield()) return warned();
    remove();
    const end = (): void => void process.kill(process.pid, signal);
    void ending().then(end, end);
  };
  const remove = (): void => {
    process.off("beforeExit", loopEmpty);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on("beforeExit", loopEmpty);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return remove;
}

/**
 * How many of a signal's listeners are those of the npm package `signal-exit`, which countless tools
 * bring along. It ends the process only where nobody else listens, so if it counted as the app's,
 * each of us would wait for the other. Versions 3 and 4 say in these places how many they are.
 */
function listenersThatYield(): number {
  const emitters: readonly unknown[] = [
    Reflect.get(process, "__signal_exit_emitter__"),
    Reflect.get(globalThis, Symbol.for("signal-exit emitter")),
  ];
  return emitters.reduce<number>((sum, emitter) => sum + countOf(emitter), 0);
}

function countOf(emitter: unknown): number {
  const isCounting = typeof emitter === "object" && emitter !== null && "count" in emitter;
  return isCounting && typeof emitter.count === "number" ? emitter.count : 0;
}
