/** The user's wish to end the demo: Ctrl-C, or SIGTERM. */

/** npm hands a Ctrl-C on to its child, which then has it twice. */
const SAME_KEYSTROKE_MS = 1_000;
/** What a shell reports for Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Aborted at the first signal, which leaves time to finish; one more ends the process at once.
 * Postgres ends with it either way.
 */
export function stopRequest(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (!controller.signal.aborted) firstAtMs = nowMs;
    else if (nowMs - firstAtMs > SAME_KEYSTROKE_MS) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
