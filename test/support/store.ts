/** A store of rows that writes from a thread of its own, closed with its scope. */
import type { Worker } from "node:worker_threads";

import { systemClock } from "../../src/base/clock.ts";
import { LedgerConnection } from "../../src/database/connection.ts";
import { ThreadedStore } from "../../src/ledger/threaded-store.ts";
import { KeptLogger } from "./logger.ts";

export interface TestStore {
  readonly store: ThreadedStore;
  readonly logger: KeptLogger;
}

export async function withStore(
  databaseUrl: string,
  fn: (store: TestStore) => Promise<void>,
): Promise<void> {
  const logger = new KeptLogger();
  const connection = new LedgerConnection({
    databaseUrl,
    embedded: false,
    autoMigrate: true,
    dataDir: "",
    logger,
  });
  const store = new ThreadedStore(connection, { autoMigrate: true }, systemClock, logger);
  try {
    await fn({ store, logger });
  } finally {
    await store.close();
    await connection.close(5_000);
  }
}

/** The threads that are started while `fn` runs. */
export async function threadsStartedIn(fn: () => Promise<void>): Promise<readonly Worker[]> {
  const threads: Worker[] = [];
  const keep = (thread: Worker): void => void threads.push(thread);
  process.on("worker", keep);
  try {
    await fn();
    return threads;
  } finally {
    process.off("worker", keep);
  }
}
