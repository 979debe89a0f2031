/** Waits on what says nothing when it happens, where there is no `expect.poll`. */
import { setTimeout } from "node:timers/promises";

const ASK_AGAIN_MS = 50;

/** Asks until the answer is true. Rejects with an `AbortError` when it isn't within that time. */
export async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  while (!(await isSo())) await setTimeout(ASK_AGAIN_MS, undefined, { signal });
}
