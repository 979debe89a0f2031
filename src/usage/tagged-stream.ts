/**
 * Keeps tags with an async generator that leaves `withUsage`.
 *
 * A generator's body runs where it is read, which may be far from where it was made, even in the work
 * for another brand. `@google/genai` sends every request of a stream with automatic function calling
 * from such a body.
 */

/** Runs work with certain tags in force. */
export type RunTagged = <T>(work: () => T) => T;

const STEPS = ["next", "return", "throw"] as const;

/**
 * `result`; when it is an async generator, or a promise of one, that one steps by `run` from now on.
 * A promise comes back as another promise of the same.
 */
export function keepTagged<T>(result: T, run: RunTagged): T {
  // Promises of other classes have methods of their own, which another promise would lack.
  if (result instanceof Promise && result.constructor === Promise) {
    const kept = result.then((value: unknown) => keepTagged(value, run));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a plain promise of the same value
    return kept as T;
  }
  if (isAsyncGenerator(result)) {
    for (const name of STEPS) tagStep(result, name, run);
  }
  return result;
}

function tagStep(generator: object, name: (typeof STEPS)[number], run: RunTagged): void {
  const step: unknown = Reflect.get(generator, name);
  if (typeof step !== "function") return;
  Reflect.defineProperty(generator, name, {
    value: (...args: unknown[]): unknown => run(() => Reflect.apply(step, generator, args)),
    configurable: true,
    writable: true,
  });
}

/** Also of one that was compiled for an older JavaScript, which is a plain object. */
function isAsyncGenerator(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value
  );
}
