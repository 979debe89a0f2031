/**
 * Where spendspan says what the app's owner must know.
 *
 * The default goes to `process.emitWarning`, since OpenTelemetry's `diag` is silent until somebody
 * sets a logger, and "metrics port in use" must not be.
 */
import { diag } from "@opentelemetry/api";

import { messageOf } from "./errors.ts";

export interface Logger {
  info(message: string): void;
  /** `cause` is shown by its message only: stacks may hold the app's data. */
  warn(message: string, cause?: unknown): void;
}

/** Warnings to stderr by `process.emitWarning`, everything to OpenTelemetry's `diag` as well. */
export const defaultLogger: Logger = {
  info: (message) => diag.info(`spendspan: ${message}`),
  warn: (message, cause) => {
    const text = cause === undefined ? message : `${message}: ${messageOf(cause)}`;
    diag.warn(`spendspan: ${text}`);
    process.emitWarning(text, { type: "SpendspanWarning" });
  },
};

/** `logger`, as one that never throws, whatever the app's own does. */
export function unfailing(logger: Logger): Logger {
  return {
    info: (message) => quietly(() => logger.info(message)),
    warn: (message, cause) => quietly(() => logger.warn(message, cause)),
  };
}

/**
 * A logger that repeats one message at most once in `everyMs`, so an outage is a line, not a flood; and
 * that never throws, since it is called from the path of the app's calls.
 */
export function throttled(logger: Logger, everyMs: number, monotonicMs: () => number): Logger {
  const lastAt = new Map<string, number>();
  const quiet = unfailing(logger);
  return {
    ...quiet,
    warn: (message, cause) => {
      const now = monotonicMs();
      const last = lastAt.get(message);
      if (last !== undefined && now - last < everyMs) return;
      // Messages are sentences of ours, so there are few; the bound holds if one ever carries a value.
      if (lastAt.size >= 1_000) lastAt.clear();
      lastAt.set(message, now);
      quiet.warn(message, cause);
    },
  };
}

function quietly(log: () => void): void {
  try {
    log();
  } catch (error) {
    diag.warn(`spendspan: the app's logger failed: ${messageOf(error)}`);
  }
}
