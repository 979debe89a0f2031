/**
 * What the journal adds to a call on the event loop, its start and its end, beside the least that
 * could keep the same bytes: one bare `writeSync` for each.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { formatLine } from "../../src/ledger/journal-line.ts";
import { lineOf, startLineOf } from "../../src/ledger/row-line.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { calls } from "./traffic.ts";
import { journalIn } from "./waiting-rows.ts";

/** CPU of the event loop's thread, in microseconds a call. */
export interface JournalCost {
  readonly journal: Spread;
  readonly bare: Spread;
  readonly bytesACall: number;
}

const WARM_UP_ROUNDS = 5;

export async function journalCost(rounds: number, callsARound: number): Promise<JournalCost> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-bench-"));
  const records = calls(callsARound);
  const lines = records.flatMap((record) => [
    Buffer.from(formatLine({ kind: "start", id: record.id, row: startLineOf(record) })),
    Buffer.from(formatLine({ kind: "end", id: record.id, row: lineOf(record) })),
  ]);
  const backlog = journalIn(join(directory, "journal"));
  const fd = openSync(join(directory, "bare"), "a");
  const journal = (): void => {
    for (const record of records) {
      backlog.begin(record);
      backlog.add(record);
    }
  };
  const bare = (): void => {
    for (const line of lines) writeSync(fd, line);
  };
  const times = { journal: [] as number[], bare: [] as number[] };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const taken = { journal: cpuUsOf(journal), bare: cpuUsOf(bare) };
    if (round < 0) continue;
    times.journal.push(taken.journal / callsARound);
    times.bare.push(taken.bare / callsARound);
  }
  closeSync(fd);
  backlog.close();
  await rm(directory, { recursive: true });
  const bytes = lines.reduce((sum, { length }) => sum + length, 0);
  return {
    journal: spreadOf(times.journal),
    bare: spreadOf(times.bare),
    bytesACall: bytes / callsARound,
  };
}

function cpuUsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}
