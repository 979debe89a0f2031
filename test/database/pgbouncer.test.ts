/** The ledger through pgbouncer in transaction mode. It needs `pgbouncer`: `apt-get install pgbouncer`. */
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { LedgerConnection } from "../../src/database/connection.ts";
import { inTransaction, openPool } from "../../src/database/pool.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { withEmptyDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { startPgbouncer } from "../support/pgbouncer.ts";
import { aRecord } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";
import { runCommand } from "../support/terminal.ts";
import { aWriter, storedIds } from "../support/writer.ts";

const BATCH = "batches/123";
const POISON = { attempt: 0 };
const POISON_REFUSED = "(23514, api_usage_attempt_check)";
const PERIOD = ["--since=2026-11-24", "--until=2026-11-25"];

test("several processes migrate, write, look up, report and reprice over the one connection that they share", () =>
  withEmptyDatabase(async ({ pool: direct, url }) => {
    const bouncerUrl = await startPgbouncer(url);
    const logger = new KeptLogger();
    const processes = Array.from({ length: 4 }, () => {
      const options = { databaseUrl: bouncerUrl, embedded: false, dataDir: "/nowhere" };
      return new LedgerConnection({ ...options, autoMigrate: true, logger });
    });
    const pools = await Promise.all(processes.map((process) => process.connect()));
    const records = pools.map(() => Array.from({ length: 300 }, () => aRecord()));
    const job = aRecord({ entry: "job", resourceName: BATCH, cost: 0n, priceStatus: "free" });
    const [results, found] = await Promise.all([
      Promise.all(
        pools.map((pool, at) => {
          const writer = aWriter(pool, { logger }, { maxBatchRows: 40 });
          for (const record of [...records[at]!, aRecord(POISON)]) writer.accept(record);
          if (at === 0) writer.accept(job);
          return writer.close({ timeoutMs: 20_000 });
        }),
      ),
      // Amid the writing.
      Promise.all(pools.map((pool) => findResourceEntries(pool, "batches/none"))),
    ]);
    expect(results.map(({ written, deadLetters }) => [written, deadLetters])).toEqual([
      [301, 1],
      [300, 1],
      [300, 1],
      [300, 1],
    ]);
    expect(found).toEqual([[], [], [], []]);
    expect(await findResourceEntries(pools[1]!, BATCH)).toMatchObject([{ id: job.id }]);
    const ids = [job, ...records.flat()].map(({ id }) => id);
    expect(await storedIds(direct)).toEqual(ids.sort());

    const environment = { DATABASE_URL: bouncerUrl };
    const outputs = await Promise.all(
      [["migrate"], ["stats", "--days=3650"], ["reprice", ...PERIOD]].map((args) =>
        runCommand(args, environment),
      ),
    );
    expect(outputs.map(({ exitCode, complaints }) => [exitCode, complaints])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
    for (const { kept, taken } of await sumsIn(direct)) expect(kept).toEqual(taken);
    await Promise.all(processes.map((process) => process.close(5_000)));
    expect(logger.warnings.filter((warning) => !warning.includes(POISON_REFUSED))).toEqual([]);
  }));

test("what a transaction sets for itself is not there for the next client of its connection", () =>
  withEmptyDatabase(async ({ url }) => {
    const bouncerUrl = await startPgbouncer(url);
    const [ours, others] = await Promise.all(
      [1, 2].map(() => openPool({ url: bouncerUrl, logger: new KeptLogger() })),
    );
    const settings = { timeoutMs: 4_321, readOnly: true };
    const inside = await inTransaction(ours!, settings, (client) => visible(client));
    expect(inside).toEqual({ pid: expect.any(Number), timeout: "4321ms", read_only: "on" });
    const { pid } = inside;
    expect(await visible(others!)).toEqual({ pid, timeout: "0", read_only: "off" });
    await expect(
      inTransaction(ours!, settings, (client) => client.query("select 1 / 0")),
    ).rejects.toMatchObject({ code: "22012" });
    expect(await visible(others!)).toEqual({ pid, timeout: "0", read_only: "off" });
    // The control: what is set for a session is another client's too.
    await ours!.query("set statement_timeout = 1234");
    expect(await visible(others!)).toEqual({ pid, timeout: "1234ms", read_only: "off" });
    await Promise.all([ours!.end(), others!.end()]);
  }));

interface Visible {
  readonly pid: number;
  readonly timeout: string;
  readonly read_only: string;
}

async function visible(client: Pick<Pool, "query">): Promise<Visible> {
  const { rows } = await client.query<Visible>(
    `select pg_backend_pid() as pid, current_setting('statement_timeout') as timeout,
       current_setting('transaction_read_only') as read_only`,
  );
  return rows[0]!;
}
