/** The one Runtime of a process, and how its parts of the public door find it. */
import { SpendspanError } from "./base/errors.ts";
import { processWide } from "./base/process-wide.ts";
import type { Runtime } from "./runtime.ts";

export interface RuntimeSlot {
  runtime: Runtime | undefined;
  /** Takes back what was put in the app's way: its `fetch` and its WebSockets. */
  removeHooks: (() => void) | undefined;
}

export const runtimeSlot: () => RuntimeSlot = processWide("slot", () => ({
  runtime: undefined,
  removeHooks: undefined,
}));

/**
 * What `init()` set up.
 *
 * @throws SpendspanError `ERR_NOT_INITIALISED` before `init()` and after `shutdown()`.
 */
export function currentRuntime(caller: string): Runtime {
  const { runtime } = runtimeSlot();
  if (runtime !== undefined) return runtime;
  throw new SpendspanError("ERR_NOT_INITIALISED", `Expected init() to be called before ${caller}`);
}
