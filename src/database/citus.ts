/**
 * Spreads a ledger over the servers of a Citus cluster: rows and sums by brand, so that those of one
 * brand lie together and are summed where they lie. Months stay partitions.
 *
 * docs/decisions/0019 says what Citus refuses, and what that leaves out. No test runs a real one.
 */
import type { Pool, PoolClient } from "pg";

import { messageOf, SpendspanError } from "../base/errors.ts";
import { lockSchema } from "./migrate.ts";
import { inTransaction } from "./pool.ts";

/** Few, as every statement visits all of them, in every month. */
const SHARDS = 8;

interface Spread {
  readonly table: string;
  /** How its rows are spread, for people. */
  readonly manner: string;
  readonly statement: string;
}

/** In this order: who may read what is asked by the policies of the others. */
const SPREADS: readonly Spread[] = [
  {
    table: "api_usage_reader",
    manner: "as a copy on every server",
    statement: "select create_reference_table('api_usage_reader')",
  },
  {
    table: "api_usage",
    manner: `by brand, in ${SHARDS} shards`,
    statement: `select create_distributed_table('api_usage', 'brand', shard_count => ${SHARDS})`,
  },
  ...["api_usage_hour", "api_usage_day"].map((table) => ({
    table,
    manner: "by brand, beside api_usage",
    statement: `select create_distributed_table('${table}', 'brand', colocate_with => 'api_usage')`,
  })),
];

/** Triggers that the migrations make where there is no Citus. */
const LEDGER = `
select exists (select from pg_extension where extname = 'citus') as "hasCitus",
  exists (
    select from pg_trigger where tgrelid = to_regclass('api_usage') and not tgisinternal
  ) as "hasTriggers"`;

/** What readers claim with \`set local\` reaches the servers that hold the rows only with this. */
const HAND_SETTINGS_ON = `
do $$ begin
  execute format('alter database %I set citus.propagate_set_commands = ''local''', current_database());
end $$`;

const HAS_READER_POLICY = `
select from pg_policies
where schemaname = current_schema and tablename = $1 and policyname = 'spendspan_reader'`;

/**
 * Makes the extension if it isn't there. To be called before the migrations, which leave out what it
 * refuses.
 *
 * @throws SpendspanError `ERR_MIGRATION` when it can't be made, or when the ledger was made without it.
 */
export async function installCitus(pool: Pool): Promise<void> {
  await inTransaction(pool, { timeoutMs: 0 }, async (client) => {
    await lockSchema(client);
    const { rows } = await client.query<{ hasCitus: boolean; hasTriggers: boolean }>(LEDGER);
    if (rows[0]?.hasCitus === true) return;
    if (rows[0]?.hasTriggers === true) throw madeWithoutCitus();
    await client.query("create extension citus").catch((cause: unknown) => {
      const rule = "--citus takes a server that has Citus";
      throw new SpendspanError("ERR_MIGRATION", `${rule}, but: ${messageOf(cause)}`, { cause });
    });
  });
}

function madeWithoutCitus(): SpendspanError {
  return new SpendspanError(
    "ERR_MIGRATION",
    "This ledger was made without Citus, and has triggers, which Citus refuses. Make another " +
      "database by `spendspan migrate --citus`, and bring the rows there by `spendspan copy`",
  );
}

/**
 * Spreads what isn't yet, all of it or, when it fails, nothing. Rows that are there already are copied
 * into the shards, and writers wait meanwhile.
 *
 * @returns How each table was spread, in sentences; none when all were before.
 * @throws SpendspanError `ERR_MIGRATION` when Citus refuses.
 */
export async function distribute(pool: Pool): Promise<readonly string[]> {
  return inTransaction(pool, { timeoutMs: 0 }, async (client) => {
    await lockSchema(client);
    // Else the tables' shards are made over several connections, which don't see each other's.
    await client.query("set local citus.multi_shard_modify_mode = 'sequential'");
    const done: string[] = [];
    for (const spread of SPREADS) {
      if (
        await has(client, "select from pg_dist_partition where logicalrelid = $1::regclass", spread)
      ) {
        continue;
      }
      await spreadOut(client, spread);
      done.push(`Distributed ${spread.table} ${spread.manner}`);
    }
    if (done.length > 0) await client.query(HAND_SETTINGS_ON);
    return done;
  });
}

async function spreadOut(client: PoolClient, spread: Spread): Promise<void> {
  const { table, statement } = spread;
  try {
    // Without the subquery of the migrations, which is there to be evaluated once a statement.
    if (await has(client, HAS_READER_POLICY, spread)) {
      await client.query(
        `alter policy spendspan_reader on ${table} using (brand = api_usage_reader_brand())`,
      );
    }
    await client.query(statement);
  } catch (cause) {
    throw new SpendspanError("ERR_MIGRATION", `Citus refuses ${table}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function has(client: PoolClient, query: string, { table }: Spread): Promise<boolean> {
  const { rows } = await client.query(query, [table]);
  return rows.length > 0;
}
