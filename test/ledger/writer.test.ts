import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Pool } from "pg";
import { expect, test, vi } from "vitest";

import { openPool } from "../../src/database/pool.ts";
import { DeadLetterBox } from "../../src/ledger/dead-letter-box.ts";
import { MemoryQueue } from "../../src/ledger/queue.ts";
import { lineOf, rowOfLine } from "../../src/ledger/row-line.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { aWriter, storedIds } from "../support/writer.ts";

const AN_HOUR_MS = 3_600_000;

test("a record written twice is stored once", () =>
  withDatabase(async ({ pool }) => {
    const [a, b] = [aRecord(), aRecord()];
    for (const records of [[a], [a, b]]) {
      const writer = aWriter(pool);
      for (const record of records) writer.accept(record);
      await writer.close({ timeoutMs: 5_000 });
    }
    expect(await storedIds(pool)).toEqual([a.id, b.id].sort());
  }));

test("a full batch is written at once, a part of one after the interval", () =>
  withDatabase(async ({ pool }) => {
    const hourly = aWriter(pool, {}, { maxBatchRows: 3, flushIntervalMs: AN_HOUR_MS });
    for (let i = 0; i < 7; i++) hourly.accept(aRecord());
    await expect.poll(() => hourly.state()).toMatchObject({ written: 6, pending: 1 });
    await hourly.close({ timeoutMs: 5_000 });

    const prompt = aWriter(pool, {}, { flushIntervalMs: 1 });
    prompt.accept(aRecord());
    await expect.poll(() => prompt.state()).toMatchObject({ written: 1, pending: 0 });
    await prompt.close({ timeoutMs: 5_000 });
    expect(await storedIds(pool)).toHaveLength(8);
  }));

test("when very many rows wait, more of them are written at once", () =>
  withDatabase(async ({ pool }) => {
    const writer = aWriter(pool, {}, { maxBatchRows: 1_000, catchUpBatchRows: 9_000 });
    for (let i = 0; i < 10_500; i++) writer.accept(aRecord());
    await writer.close({ timeoutMs: 30_000 });
    // One transaction, one time. 10,500 - 9,000 = 1,500, which is few again.
    const { rows } = await pool.query<{ rows: number }>(
      "select count(*)::int as rows from api_usage group by ingested_at order by ingested_at",
    );
    expect(rows.map((batch) => batch.rows)).toEqual([9_000, 1_000, 500]);
  }));

test("taking a record writes nothing, and turns nothing into text, while the app's call waits", () =>
  withDatabase(async ({ pool }) => {
    const connect = vi.fn<() => Promise<Pool>>(async () => pool);
    const writer = aWriter(pool, { connect }, { maxBatchRows: 1 });
    writer.accept(aRecord());
    await Promise.resolve();
    expect(connect).not.toHaveBeenCalled();
    await writer.close({ timeoutMs: 5_000 });
    expect(connect).toHaveBeenCalled();
  }));

test("rows that Postgres refuses become dead letters, and the rest of the batch is stored", () =>
  withDatabase(async ({ pool }) => {
    const logger = new KeptLogger();
    const deadLetters = new DeadLetterBox(temporaryDirectory());
    const good = Array.from({ length: 98 }, () => aRecord());
    const poison = [
      aRecord({ id: "no-uuid-but-a-secret" }),
      aRecord({ tokens: { input: -5, cachedInput: 0, toolUse: 0, output: 0, thinking: 0 } }),
    ];
    const records = [...good.slice(0, 40), ...poison, ...good.slice(40)];
    // The second finds all of it refused or stored already, as one does that goes on after a crash.
    for (const writer of [
      aWriter(pool, { logger, deadLetters }),
      aWriter(pool, { logger: new KeptLogger(), deadLetters }),
    ]) {
      for (const record of records) writer.accept(record);
      expect(await writer.close({ timeoutMs: 10_000 })).toEqual({
        written: 98,
        remaining: 0,
        dropped: 0,
        deadLetters: 2,
      });
    }
    expect(await storedIds(pool)).toEqual(good.map(({ id }) => id).sort());
    const letters = await Promise.all(
      (await deadLetters.names()).map((name) => deadLetters.read(name)),
    );
    expect(letters.map((letter): unknown => JSON.parse(letter).row)).toEqual(
      expect.arrayContaining(poison.map((record): unknown => rowOfLine(lineOf(record)))),
    );
    expect(letters).toHaveLength(2);
    const fault = "Postgres refuses a usage record for what is in it";
    const place = `it waits in ${deadLetters.directory} for \`spendspan replay\``;
    expect(logger.warnings).toEqual([
      `${fault} (22P02): ${place}`,
      `${fault} (23514, api_usage_input_tokens_check): ${place}`,
    ]);
  }));

test("whichever rows of a batch are refused, exactly these become dead letters, and all others rows", () =>
  withDatabase(({ pool }) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (refusals) => {
        const deadLetters = new DeadLetterBox(temporaryDirectory());
        const writer = aWriter(pool, { deadLetters }, { maxBatchRows: 16 });
        const records = refusals.map((refused) => aRecord(refused ? { attempt: 0 } : {}));
        for (const record of records) writer.accept(record);
        const refused = records.filter(({ attempt }) => attempt === 0);
        expect(await writer.close({ timeoutMs: 20_000 })).toEqual({
          written: records.length - refused.length,
          remaining: 0,
          dropped: 0,
          deadLetters: refused.length,
        });
        expect(await deadLetters.names()).toHaveLength(refused.length);
        const stored = new Set(await storedIds(pool));
        for (const { id, attempt } of records) expect(stored.has(id)).toBe(attempt !== 0);
      }),
      { numRuns: 20 },
    ),
  ));

test("where no dead letter can be kept, a row that Postgres refuses is counted and said to be lost", () =>
  withDatabase(async ({ pool }) => {
    const file = join(temporaryDirectory(), "a-file");
    writeFileSync(file, "");
    const warnings: string[] = [];
    for (const deadLetters of [undefined, new DeadLetterBox(file)]) {
      const logger = new KeptLogger();
      const writer = aWriter(pool, { logger, deadLetters });
      for (const record of [aRecord({ attempt: 0 }), aRecord()]) writer.accept(record);
      expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({
        written: 1,
        remaining: 0,
        deadLetters: 1,
      });
      warnings.push(...logger.warnings);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/\(23514, api_usage_attempt_check\): it is lost$/),
      expect.stringMatching(/: it is lost, since .*a-file.* doesn't take it: ENOTDIR/),
    ]);
  }));

test("without the right to write, rows wait until it is granted, and somebody is told", () =>
  withDatabase(async ({ pool, url }) => {
    const role = `writer_${new URL(url).pathname.slice(1)}`;
    await pool.query(`create role ${role} login password 'x'`);
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = "x";
    const logger = new KeptLogger();
    const rolePool = await openPool({ url: asRole.href, logger });
    const writer = aWriter(rolePool, { logger });
    writer.accept(aRecord());
    await expect
      .poll(() => writer.state())
      .toMatchObject({
        written: 0,
        pending: 1,
        lastError: "permission denied for function api_usage_add",
      });
    expect(logger.warnings).toEqual([
      expect.stringMatching(
        /rows wait until somebody sees to its database, schema or rights: permission/,
      ),
    ]);
    // Nothing but this: a writer need not be able to read what it wrote.
    await pool.query(`grant execute on function api_usage_add to ${role}`);
    expect(await writer.flush({ timeoutMs: 5_000 })).toMatchObject({ written: 1, remaining: 0 });
    expect(writer.state().lastError).toBeUndefined();
    await writer.close({ timeoutMs: 1_000 });
    await rolePool.end();
    await pool.query(`drop owned by ${role}; drop role ${role}`);
  }));

test("rows that find no room are counted, and those that did find some are kept", () =>
  withDatabase(async ({ pool }) => {
    const logger = new KeptLogger();
    const parts = { logger, backlog: new MemoryQueue(3) };
    const writer = aWriter(pool, parts, { flushIntervalMs: AN_HOUR_MS });
    const records = Array.from({ length: 5 }, () => aRecord());
    for (const record of records) writer.accept(record);
    expect(await writer.close({ timeoutMs: 5_000 })).toMatchObject({ written: 3, dropped: 2 });
    expect(await storedIds(pool)).toEqual(
      records
        .slice(0, 3)
        .map(({ id }) => id)
        .sort(),
    );
    expect(logger.warnings).toHaveLength(1);
  }));

test("rows wait for a database that is still starting", () =>
  withDatabase(async ({ pool }) => {
    const started = Promise.withResolvers<Pool>();
    const writer = aWriter(pool, { connect: () => started.promise });
    writer.accept(aRecord());
    expect(await writer.flush({ timeoutMs: 20 })).toMatchObject({ written: 0, remaining: 1 });
    started.resolve(pool);
    expect(await writer.flush({ timeoutMs: 5_000 })).toMatchObject({ written: 1, remaining: 0 });
    await writer.close({ timeoutMs: 1_000 });
  }));

test("a database that could not be started is asked for again", () =>
  withDatabase(async ({ pool }) => {
    const connect = vi
      .fn<() => Promise<Pool>>(async () => pool)
      .mockRejectedValueOnce(new Error("no disk"));
    const writer = aWriter(pool, { connect });
    writer.accept(aRecord());
    expect(await writer.flush({ timeoutMs: 5_000 })).toMatchObject({ written: 1, remaining: 0 });
    await writer.close({ timeoutMs: 1_000 });
  }));

test("closing twice is closing once, and what comes later is counted as lost", () =>
  withDatabase(async ({ pool }) => {
    const writer = aWriter(pool);
    writer.accept(aRecord());
    const closing = writer.close({ timeoutMs: 5_000 });
    expect(writer.close({ timeoutMs: 1 })).toBe(closing);
    expect(await closing).toMatchObject({ written: 1, remaining: 0 });
    writer.accept(aRecord());
    expect(writer.state()).toMatchObject({ pending: 0, dropped: 1 });
  }));

test("a flush with nothing to write does not wait for a database", () =>
  withDatabase(async ({ pool }) => {
    const connect = vi.fn<() => Promise<Pool>>(() => new Promise<Pool>(() => undefined));
    const writer = aWriter(pool, { connect });
    await writer.close({ timeoutMs: AN_HOUR_MS });
    expect(connect).not.toHaveBeenCalled();
  }));
