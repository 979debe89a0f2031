/** What it means to have the waiting rows written now: how long to wait, and what came of it. */
import { DAY_MS } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { keeping, recordOf } from "../base/rule.ts";

export interface FlushOptions {
  /** Milliseconds, at most a day. */
  readonly timeoutMs: number;
}

/** Rows, counted since the start but for those that remain. */
export interface FlushResult {
  readonly written: number;
  /** Not written: time was up, or there is no database that would take them. */
  readonly remaining: number;
  /** Lost for want of room. */
  readonly dropped: number;
  /** Refused by Postgres for what is in them. */
  readonly deadLetters: number;
}

const faultsOf = recordOf({ timeoutMs: keeping(isTimeout, `a number from 0 to ${DAY_MS}`) });

/** The time that `options` give, else `usualMs`. Faults are logged: who flushes is about to end. */
export function flushTimeoutMs(
  options: FlushOptions | undefined,
  usualMs: number,
  logger: Logger,
): number {
  const faults = options === undefined ? [] : faultsOf(options, "options");
  if (faults.length === 0) return options?.timeoutMs ?? usualMs;
  logger.warn(`flush() waits for ${usualMs} ms at most: ${faults.join("; ")}`);
  return usualMs;
}

function isTimeout(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= DAY_MS;
}
