/** A backlog with a journal, closed with its test, and what comes out of it. */
import { onTestFinished } from "vitest";

import { type Clock, systemClock } from "../../src/base/clock.ts";
import { DurableBacklog, type DurableBacklogOptions } from "../../src/ledger/durable-backlog.ts";
import { rowOfLine } from "../../src/ledger/row-line.ts";
import { KeptLogger } from "./logger.ts";

export const MIB = 1_048_576;

export interface TestBacklog {
  readonly backlog: DurableBacklog;
  readonly logger: KeptLogger;
}

export function aBacklog(
  directory: string,
  options: Partial<DurableBacklogOptions> = {},
  clock: Clock = systemClock,
): TestBacklog {
  const logger = new KeptLogger();
  const backlog = new DurableBacklog(
    { clock, logger },
    { directory, maxBytes: 64 * MIB, maxRowsInMemory: 100, ...options },
  );
  onTestFinished(() => backlog.close());
  return { backlog, logger };
}

/** What comes out of it, until it is empty, in batches of up to 7. */
export async function drained(backlog: DurableBacklog): Promise<readonly string[]> {
  const lines: string[] = [];
  while (backlog.pending > 0) {
    const batch = await backlog.oldest(7);
    lines.push(...batch);
    await backlog.acknowledge(batch.length);
  }
  return lines;
}

export function idsIn(lines: readonly string[]): readonly string[] {
  return lines.map((line) => rowOfLine(line)["id"] ?? "");
}
