import { chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { LedgerConnection } from "../../src/database/connection.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { openPool } from "../../src/database/pool.ts";
import { tlsAdvice } from "../../src/database/tls.ts";
import { aCertificate } from "../support/certificate.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { aWriter, storedIds } from "../support/writer.ts";

const ADDRESS = "127.0.0.1";

test("over TLS rows are stored where the server is who it is to be, and else they wait and it is said why", async () => {
  const { url, directory } = await aServerWithTls();
  const [trusted, other] = [join(directory, "server.pem"), join(directory, "other.pem")];
  const outcomes: Record<string, unknown> = {};
  for (const [query, host = ADDRESS] of [
    [`sslmode=verify-full&sslrootcert=${trusted}`],
    [`sslmode=require&sslrootcert=${trusted}`],
    ["sslmode=require&uselibpqcompat=true"], // as libpq has it: encrypted, whoever it is
    ["sslmode=require"],
    [`sslmode=verify-full&sslrootcert=${other}`],
    [`sslmode=verify-full&sslrootcert=${trusted}`, "localhost"],
    ["sslmode=verify-full&sslrootcert=/nowhere.pem"],
  ] as const) {
    outcomes[`${host} ${query.replace(directory, "")}`] = await outcomeOf(
      url.replace(ADDRESS, host),
      query,
    );
  }
  const nobodyVouches = expect.stringMatching(
    "rows wait until somebody sees to its database, schema or rights: self-signed certificate",
  );
  expect(outcomes).toEqual({
    "127.0.0.1 sslmode=verify-full&sslrootcert=/server.pem": "stored over TLS",
    "127.0.0.1 sslmode=require&sslrootcert=/server.pem": "stored over TLS",
    "127.0.0.1 sslmode=require&uselibpqcompat=true": "stored over TLS",
    "127.0.0.1 sslmode=require": nobodyVouches,
    "127.0.0.1 sslmode=verify-full&sslrootcert=/other.pem": nobodyVouches,
    "localhost sslmode=verify-full&sslrootcert=/server.pem": expect.stringContaining(
      "rights: Hostname/IP does not match certificate's altnames: Host: localhost.",
    ),
    "127.0.0.1 sslmode=verify-full&sslrootcert=/nowhere.pem": expect.stringContaining(
      "ENOENT: no such file or directory, open '/nowhere.pem'",
    ),
  });
});

test("a server that has no TLS gets no rows from who asks for it", () =>
  withDatabase(async ({ url, pool }) => {
    expect(await outcomeOf(url, "sslmode=verify-full")).toContain(
      "The server does not support SSL connections",
    );
    expect(await storedIds(pool)).toEqual([]);
  }));

test("a database on another machine that is reached without TLS is named once", () =>
  withDatabase(async ({ url }) => {
    const warnings = async (query: string): Promise<readonly string[]> => {
      const logger = new KeptLogger();
      // To a name, this is not this machine; to Linux it is.
      const databaseUrl = `${url.replace(ADDRESS, "0.0.0.0")}${query}`;
      const ledger = new LedgerConnection({
        databaseUrl,
        embedded: false,
        autoMigrate: true,
        dataDir: "/nowhere",
        logger,
      });
      const pool = await ledger.connect();
      await Promise.all([pool.query("select 1"), pool.query("select 1")]);
      await ledger.close(5_000);
      return logger.warnings;
    };
    expect(await warnings("")).toEqual([
      "The ledger's database on 0.0.0.0 is reached without TLS: rows can be read on the way. Add sslmode=verify-full to its URL, or sslmode=disable if it is meant so",
    ]);
    expect(await warnings("?sslmode=disable")).toEqual([]);
  }));

test.each([
  ["localhost", false],
  ["db.localhost", false],
  ["127.0.0.1", false],
  ["127.1.2.3", false],
  ["::1", false],
  ["/var/run/postgresql", false],
  ["localhost.example.com", true],
  ["postgres", true],
  ["10.0.0.7", true],
  ["127.0.0.1.example.com", true],
])("without TLS, is something to be said of %s: %s", (host, isSaid) => {
  const url = "postgres://nobody@host/none";
  expect(tlsAdvice({ host, ssl: false }, url) !== undefined).toBe(isSaid);
  expect(tlsAdvice({ host, ssl: true }, url)).toBeUndefined();
});

/** What becomes of a row, or what is said when nothing does. */
async function outcomeOf(url: string, query: string): Promise<string> {
  const logger = new KeptLogger();
  const pool = await openPool({ url: `${url}?${query}`, logger });
  const writer = aWriter(pool, { logger });
  writer.accept(aRecord());
  const { written } = await writer.flush({ timeoutMs: 1_000 });
  const outcome = written === 1 ? `stored ${await wayTo(pool)}` : logger.warnings.join("\n");
  await writer.close({ timeoutMs: 0 });
  await pool.end();
  return outcome;
}

async function wayTo(pool: Pool): Promise<string> {
  const { rows } = await pool.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
  return rows[0].ssl === true ? "over TLS" : "in the open";
}

/** A migrated server of its own, beside `server.pem`, by which it is known, and `other.pem`. */
async function aServerWithTls() {
  const directory = temporaryDirectory();
  const dataDir = join(directory, "postgres");
  const server = await startEmbeddedPostgres({ dataDir, logger: new KeptLogger(), fsync: false });
  onTestFinished(() => server.stop());
  const { certificatePem, keyPem } = aCertificate(ADDRESS);
  writeFileSync(join(directory, "server.pem"), certificatePem);
  writeFileSync(join(directory, "other.pem"), aCertificate(ADDRESS).certificatePem);
  writeFileSync(join(dataDir, "server.crt"), certificatePem);
  writeFileSync(join(dataDir, "server.key"), keyPem, { mode: 0o600 });
  const { uid, gid } = statSync(join(dataDir, "PG_VERSION"));
  for (const file of ["server.crt", "server.key"]) chownSync(join(dataDir, file), uid, gid);

  const ledger = new LedgerConnection({
    databaseUrl: server.url,
    embedded: false,
    autoMigrate: true,
    dataDir,
    logger: new KeptLogger(),
  });
  const pool = await ledger.connect();
  await pool.query("alter system set ssl = on");
  await pool.query("select pg_reload_conf()");
  await ledger.close(5_000);
  return { url: server.url, directory };
}
