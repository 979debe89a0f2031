/** An app, in a process of its own, that makes calls while Postgres is away. */
import { setTimeout as pause } from "node:timers/promises";

import { systemClock } from "../../src/base/clock.ts";
import { ConnectionStore } from "../../src/ledger/row-store.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import { childSetting, offer } from "../child.ts";
import type { Memory } from "../variant.ts";
import { callOf } from "./traffic.ts";
import { journalIn } from "./waiting-rows.ts";

export interface OutageSetting {
  readonly callsASecond: number;
  readonly directory: string;
}

export interface OutageState extends Memory {
  readonly calls: number;
  readonly journalBytes: number;
  /** Calls a second that were really made. */
  readonly rate: number;
}

export type OutageProcess = typeof functions;

const STEP_MS = 10;

const { callsASecond, directory } = childSetting<OutageSetting>();
const backlog = journalIn(directory);
const writer = new LedgerWriter({
  backlog,
  store: new ConnectionStore(() => Promise.reject(new Error("Postgres is away"))),
  deadLetters: undefined,
  clock: systemClock,
  logger: { info: () => {}, warn: () => {} },
  random: Math.random,
});
let made = 0;
const functions = { callsFor, leave };
offer(functions);

/** So many more seconds of calls. */
async function callsFor(seconds: number): Promise<OutageState> {
  const start = performance.now();
  const first = made;
  const last = made + seconds * callsASecond;
  while (made < last) {
    const due =
      first + Math.min(last - first, ((performance.now() - start) * callsASecond) / 1_000);
    for (; made < due; made++) {
      const record = callOf(made, Date.now());
      writer.begin(record);
      writer.accept(record);
    }
    await pause(STEP_MS);
  }
  const rate = ((last - first) / (performance.now() - start)) * 1_000;
  globalThis.gc?.();
  const { heapUsed: heapBytes, rss: residentBytes } = process.memoryUsage();
  return { calls: made, journalBytes: backlog.bytes, rate, heapBytes, residentBytes };
}

async function leave(): Promise<number> {
  const { remaining } = await writer.close({ timeoutMs: 0 });
  backlog.close();
  return remaining;
}
