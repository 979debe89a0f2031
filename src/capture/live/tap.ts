/** Listens in on a method of one object, which stays what it is for all who use it. */

export interface TapListener {
  /** Told of the first argument, before the method runs. */
  readonly see: (argument: unknown) => void;
  /** Told of what `see` threw. */
  readonly fault: (error: unknown) => void;
}

/** Returns what takes the tap back. */
export function tap(target: object, name: string, { see, fault }: TapListener): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") return () => undefined;
  const tapped = function (this: unknown, ...args: unknown[]): unknown {
    try {
      see(args[0]);
    } catch (error) {
      fault(error);
    }
    return Reflect.apply(original, this, args);
  };
  Reflect.defineProperty(target, name, { value: tapped, configurable: true, writable: true });
  return () => {
    // Somebody may have put another over ours; then it stays below, and hands all through.
    if (Reflect.get(target, name) !== tapped) return;
    Reflect.deleteProperty(target, name);
    if (before !== undefined) Reflect.defineProperty(target, name, before);
  };
}
