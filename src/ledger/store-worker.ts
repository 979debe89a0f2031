/**
 * The program of the thread that stores rows; see store-thread.ts. It acts when it is imported, since
 * that is how a thread begins.
 */
import { parentPort, workerData } from "node:worker_threads";

import { systemClock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { LedgerConnection } from "../database/connection.ts";
import { refusalOf } from "./dead-letter.ts";
import { withMonthsAhead } from "./months-ahead.ts";
import { ConnectionStore } from "./row-store.ts";
import type { StoreMessage, StoreTask, StoreThreadSetting } from "./store-thread.ts";

const setting: StoreThreadSetting = workerData;
const logger: Logger = {
  info: (message) => send({ kind: "info", message }),
  warn: (message) => send({ kind: "warn", message }),
};
const connection = new LedgerConnection({ ...setting, embedded: false, dataDir: "", logger });
const store = new ConnectionStore(withMonthsAhead(() => connection.connect(), systemClock, logger));
/** Whoever wants a statement cut ends the thread. */
const { signal } = new AbortController();

parentPort?.on("message", (task: StoreTask) => void perform(task));

async function perform({ id, lines }: StoreTask): Promise<void> {
  try {
    await store.insert(lines, signal);
    send({ kind: "done", id });
  } catch (error) {
    send({ kind: "failed", id, error: { message: messageOf(error), ...refusalOf(error) } });
  }
}

function send(message: StoreMessage): void {
  parentPort?.postMessage(message);
}
