/** Waiting that ends: for parts of others that may never answer. */

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

function noop(): void {}
