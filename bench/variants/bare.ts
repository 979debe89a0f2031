/** The SDK as it is. */
import { type Calls, readToEnd } from "../calls.ts";
import type { Variant } from "../variant.ts";

export function bare(calls: Calls): Variant {
  return {
    unary: () => calls.unary(),
    stream: async () => readToEnd(await calls.stream()),
    settle: async () => {},
  };
}
