/**
 * Brings a database's schema up to date: `migrations/NNNN_name.sql` in order, each in a transaction.
 *
 * Any number of processes may do so at once: one transaction lock, which also holds through
 * pgbouncer, makes them take turns file by file. A file once applied must stay as it was.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Pool, PoolClient } from "pg";

import { messageOf, SpendspanError } from "../base/errors.ts";
import { inTransaction } from "./pool.ts";

export interface MigrateOptions {
  /** @defaultValue the files that come with this package */
  readonly directory?: string;
  /** Breaks off, also while another process has its turn; the file under way is rolled back. */
  readonly signal?: AbortSignal;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Tells our files from those of an app, which lie there when spendspan is bundled into it. */
const FIRST_MIGRATION = "0001_api_usage";
const FILE_NAME = /^\d{4}_\w+\.sql$/;
/** Any number will do, as long as nothing else in the database locks it: this spells "spendspn". */
const LOCK_KEY = "8318260036559401070";

/**
 * Applies what is missing, and returns the names of the files it applied itself, in order. A bundled
 * app has lost the files; there, a database that somebody else migrates is taken as it is.
 *
 * @throws SpendspanError `ERR_MIGRATION` when a file fails (it is then rolled back whole), was edited
 *   or slipped in below an applied one, or when the schema is newer than this version of spendspan.
 */
export async function migrate(
  pool: Pool,
  { directory, signal }: MigrateOptions = {},
): Promise<readonly string[]> {
  const migrations = await (directory === undefined ? ownMigrations() : readMigrations(directory));
  if (migrations.length === 0) {
    await requireMigrated(pool);
    return [];
  }
  const applied: string[] = [];
  for (;;) {
    const name = await inTransaction(pool, { timeoutMs: 0, ...(signal && { signal }) }, (client) =>
      applyNext(client, migrations),
    );
    if (name === undefined) return applied;
    applied.push(name);
  }
}

/** Waits until nobody else changes the schema, and lets nobody else do so until the transaction ends. */
export async function lockSchema(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${LOCK_KEY})`);
}

/** Names of the files that a database has, in order; none when it was never migrated. */
export async function appliedMigrations(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ found: string | null }>(
    "select to_regclass('spendspan_migration') as found",
  );
  if (rows[0]?.found === null) return [];
  const applied = await pool.query<{ name: string }>(
    "select name from spendspan_migration order by name",
  );
  return applied.rows.map(({ name }) => name);
}

/** Empty in a bundle, which has lost them, and may have the app's in their place. */
async function ownMigrations(): Promise<readonly Migration[]> {
  // Read from src/ and from dist/, which stand side by side. As esbuild makes CommonJS, nothing is
  // left of `import.meta.url`.
  const url = URL.parse("../../migrations/", import.meta.url);
  const found = url === null ? [] : await readMigrations(fileURLToPath(url));
  return found.some(({ name }) => name === FIRST_MIGRATION) ? found : [];
}

/** Empty when there is no such directory. */
async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const entries = await readdir(directory).catch((): readonly string[] => []);
  const files = entries.filter((file) => FILE_NAME.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      // A checkout on Windows may turn line ends; the statements are the same.
      const sql = (await readFile(`${directory}/${file}`, "utf8")).replaceAll("\r\n", "\n");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      return { name: file.slice(0, -".sql".length), sql, sha256 };
    }),
  );
}

async function requireMigrated(pool: Pool): Promise<void> {
  const { rows } = await pool.query("select to_regclass('spendspan_migration') as found");
  if (rows[0].found !== null) return;
  throw new SpendspanError(
    "ERR_MIGRATION",
    "The database has no schema yet, and the files that make it are not beside spendspan, as in a " +
      "bundle. Run `npx spendspan migrate` before the app starts, or leave spendspan out of the bundle",
  );
}

async function applyNext(
  client: PoolClient,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  await lockSchema(client);
  const next = nextMigration(migrations, await appliedHashes(client));
  if (next === undefined) return undefined;
  try {
    await client.query(next.sql);
  } catch (cause) {
    throw new SpendspanError("ERR_MIGRATION", `${next.name} failed: ${messageOf(cause)}`, {
      cause,
    });
  }
  await client.query("insert into spendspan_migration (name, sha256) values ($1, $2)", [
    next.name,
    next.sha256,
  ]);
  return next.name;
}

async function appliedHashes(client: PoolClient): Promise<ReadonlyMap<string, string>> {
  const table = await client.query("select to_regclass('spendspan_migration') as found");
  if (table.rows[0].found === null) {
    await client.query(
      `create table spendspan_migration (
         name text primary key,
         sha256 text not null,
         applied_at timestamptz not null default now()
       )`,
    );
    return new Map();
  }
  const { rows } = await client.query<{ name: string; sha256: string }>(
    "select name, sha256 from spendspan_migration",
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

/** The first file that isn't applied. @throws SpendspanError when files and database disagree. */
function nextMigration(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): Migration | undefined {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SpendspanError(
      "ERR_MIGRATION",
      `The database's schema is newer than this version of spendspan: it has ${unknown.join(", ")}. ` +
        "Upgrade spendspan in this app",
    );
  }
  const edited = migrations.find(
    ({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256,
  );
  if (edited !== undefined) {
    throw new SpendspanError(
      "ERR_MIGRATION",
      `${edited.name} was edited after it was applied. Restore it, and put the change in a new file`,
    );
  }
  const next = migrations.find(({ name }) => !applied.has(name));
  const late = [...applied.keys()].find((name) => next !== undefined && name > next.name);
  if (late !== undefined) {
    throw new SpendspanError(
      "ERR_MIGRATION",
      `${next?.name} sorts before ${late}, which is applied already. Give it the next number`,
    );
  }
  return next;
}
