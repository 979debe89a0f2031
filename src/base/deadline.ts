/** Waiting that ends: for parts of others that may never answer. */
import type { Clock } from "./clock.ts";

/** More than this a timer of Node does not take. */
const LONGEST_MS = 2 ** 31 - 1;

/** What is left of `timeoutMs` at each call of the result, in whole milliseconds. */
export function countdown(clock: Clock, timeoutMs: number): () => number {
  const endMs = clock.monotonicMs() + timeoutMs;
  return () => Math.max(0, Math.ceil(endMs - clock.monotonicMs()));
}

/**
 * Resolves when `work` has settled, however, or when `timeoutMs` have passed. Never rejects. Keeps
 * the process alive until then.
 */
export async function settledWithin(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, timeoutMs);
  await Promise.race([work.then(noop, noop), deadline.promise]);
  clearTimeout(timer);
}

/** Settles as `work` does, and keeps the process alive until then, though nothing else may. */
export async function keepingAlive<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(noop, LONGEST_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

function noop(): void {}
