/** The writer over a store whose statements run in a thread of their own. */
import { expect, test } from "vitest";

import type { LedgerWriter, LedgerWriterOptions } from "../../src/ledger/writer.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { aRecord } from "../support/record.ts";
import { threadsStartedIn, type TestStore, withStore } from "../support/store.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { aWriter, storedIds } from "../support/writer.ts";

test("rows are stored once, in the schema that the thread brings up to date before", () =>
  withEmptyDatabase(({ pool, url }) =>
    withStore(url, async (parts) => {
      await parts.store.prepare();
      const [a, b] = [aRecord(), aRecord()];
      for (const records of [[a], [a, b]]) {
        const writer = writerOver(parts);
        for (const record of records) writer.accept(record);
        expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({ remaining: 0 });
      }
      expect(await storedIds(pool)).toEqual([a.id, b.id].sort());
      expect(parts.logger).toMatchObject({ infos: [], warnings: [] });
    }),
  ));

test("a row that Postgres refuses is told from the others, with its SQLSTATE", () =>
  withDatabase(({ pool, url }) =>
    withStore(url, async (parts) => {
      const writer = writerOver(parts);
      const good = [aRecord(), aRecord(), aRecord()];
      for (const record of [...good.slice(0, 1), aRecord({ attempt: 0 }), ...good.slice(1)]) {
        writer.accept(record);
      }
      expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({
        written: 3,
        remaining: 0,
        deadLetters: 1,
      });
      expect(await storedIds(pool)).toEqual(good.map(({ id }) => id).sort());
      expect(parts.logger.warnings).toEqual([
        expect.stringContaining("(23514, api_usage_attempt_check)"),
      ]);
    }),
  ));

test("what keeps the thread from the database is said, and rows wait for its end", () =>
  withDatabase(async ({ pool, url }) => {
    const target = new URL(url);
    const proxy = new TcpProxy({ host: target.hostname, port: Number(target.port) });
    target.port = String(await proxy.listen());
    await withStore(target.href, async (parts) => {
      const writer = writerOver(parts, { maxBatchRows: 20 });
      const records = Array.from({ length: 100 }, () => aRecord());
      proxy.refusing = true;
      for (const record of records) writer.accept(record);
      await expect.poll(() => parts.logger.warnings).toHaveLength(1);
      expect(writer.state()).toMatchObject({ written: 0, pending: 100 });
      proxy.refusing = false;
      const flushed = writer.flush({ timeoutMs: 20_000 });
      await expect.poll(() => writer.state().written).toBeGreaterThan(0);
      proxy.cut();
      expect(await flushed).toMatchObject({ written: 100, remaining: 0 });
      expect(await storedIds(pool)).toEqual(records.map(({ id }) => id).sort());
      expect(parts.logger.warnings).toEqual([
        expect.stringMatching(/^The ledger cannot reach Postgres; its rows wait/),
      ]);
      await writer.close({ timeoutMs: 1_000 });
    });
    await proxy.close();
  }));

test("a statement that waits for a lock holds no close beyond its deadline, and is cut with the thread", () =>
  withDatabase(({ pool, url }) =>
    withStore(url, async (parts) => {
      await parts.store.prepare();
      const lock = await pool.connect();
      await lock.query("begin; lock table api_usage in access exclusive mode");
      const writer = writerOver(parts);
      writer.accept(aRecord());
      expect(await writer.close({ timeoutMs: 50 })).toMatchObject({ written: 0, remaining: 1 });
      await parts.store.close();
      await lock.query("rollback");
      lock.release();
      expect(await storedIds(pool)).toEqual([]);
      expect(parts.logger.warnings).toEqual([]);
    }),
  ));

test("should the thread end, the app's own goes on with the same rows, and somebody is told", () =>
  withDatabase(({ pool, url }) =>
    withStore(url, async (parts) => {
      const [thread] = await threadsStartedIn(() => parts.store.prepare());
      const writer = writerOver(parts, { maxBatchRows: 20 });
      const records = Array.from({ length: 200 }, () => aRecord());
      for (const record of records) writer.accept(record);
      await expect.poll(() => writer.state().written).toBeGreaterThan(0);
      void thread!.terminate();
      expect(await writer.close({ timeoutMs: 20_000 })).toMatchObject({
        written: 200,
        remaining: 0,
      });
      expect(await storedIds(pool)).toEqual(records.map(({ id }) => id).sort());
      expect(parts.logger.warnings).toEqual([
        expect.stringMatching(/^The ledger's thread has failed, so the app's own thread writes/),
      ]);
    }),
  ));

test("where no thread can begin, the app's own does the work, and nobody is alarmed", () =>
  withDatabase(({ pool, url }) =>
    withStore(url, async (parts) => {
      const stop = (thread: { terminate(): unknown }): void => void thread.terminate();
      process.once("worker", stop);
      const writer = writerOver(parts);
      const record = aRecord();
      writer.accept(record);
      expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({ written: 1, remaining: 0 });
      expect(await storedIds(pool)).toEqual([record.id]);
      expect(parts.logger.warnings).toEqual([]);
      expect(parts.logger.infos).toEqual([
        "There is no thread for it, so the app's own thread writes the ledger: it has ended",
      ]);
    }),
  ));

function writerOver({ store, logger }: TestStore, options?: LedgerWriterOptions): LedgerWriter {
  return aWriter(store, { logger }, options);
}
