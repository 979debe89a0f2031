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

interface Spread {
  readonly table: string;
  /** How its rows are spread, for people. */
  readonly manner: string;
  readonly statements: readonly string[];
}

/** Few, as every statement visits all of them, in every month. */
const SHARDS = 8;

/** What readers claim with `set local` reaches the servers that hold the rows only with this. */
const HAND_SETTINGS_ON = `
do $$ begin
  execute format('alter database %I set citus.propagate_set_commands = %L', current_database(), 'local');
end $$`;

/** In this order: the policies of the others ask who may read what. */
const SPREADS: readonly Spread[] = [
  {
    table: "api_usage_reader",
    manner: "as a copy on every server",
    statements: [HAND_SETTINGS_ON, "select create_reference_table('api_usage_reader')"],
  },
  {
    table: "api_usage",
    manner: `by brand, in ${SHARDS} shards`,
    statements: [`select create_distributed_table('api_usage', 'brand', shard_count => ${SHARDS})`],
  },
  ...["api_usage_hour", "api_usage_day"].map((table) => ({
    table,
    manner: "by brand, beside api_usage",
    statements: [
      `select create_distributed_table('${table}', 'brand', colocate_with => 'api_usage')`,
    ],
  })),
];

/** Triggers are made by the migrations where there is no Citus. */
const LEDGER = `
select exists (select from pg_extension where extname = 'citus') as "hasCitus",
  exists (
    select from pg_trigger where tgrelid = to_regclass('api_usage') and not tgisinternal
  ) as "hasTriggers"`;

const IS_DISTRIBUTED = "select from pg_dist_partition where logicalrelid = $1::regclass";

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
      throw new SpendspanError("ERR_MIGRATION", `${rule}, but: ${faultOf(cause)}`, { cause });
    });
  });
}

function madeWithoutCitus(): SpendspanError {
  return new SpendspanError(
    "ERR_MIGRATION",
    "This ledger was made without Citus, and has triggers, which Citus refuses. " +
      "Run `spendspan migrate --citus` on a database without a ledger",
  );
}

/**
 * Spreads what isn't yet, a table at a time. Rows that are there already are copied into the shards, and
 * writers wait meanwhile.
 *
 * @param onSpread Told how each table was spread, in a sentence.
 * @throws SpendspanError `ERR_MIGRATION` when Citus refuses a table. Those before it are spread.
 */
export async function distribute(pool: Pool, onSpread: (sentence: string) => void): Promise<void> {
  for (const spread of SPREADS) {
    // A transaction each: what Citus did for one over several connections may keep it from the next.
    const isNew = await inTransaction(pool, { timeoutMs: 0 }, async (client) => {
      await lockSchema(client);
      return spreadOut(client, spread);
    });
    if (isNew) onSpread(`Distributed ${spread.table} ${spread.manner}`);
  }
}

/** @returns False when it was spread before. */
async function spreadOut(client: PoolClient, { table, statements }: Spread): Promise<boolean> {
  const { rows } = await client.query(IS_DISTRIBUTED, [table]);
  if (rows.length > 0) return false;
  try {
    for (const statement of statements) await client.query(statement);
    return true;
  } catch (cause) {
    const message = `Citus refuses ${table}: ${faultOf(cause)}`;
    throw new SpendspanError("ERR_MIGRATION", message, { cause });
  }
}

/** Citus leaves for the detail what its message does not say. */
function faultOf(error: unknown): string {
  const detail = error instanceof Error && "detail" in error ? error.detail : undefined;
  return typeof detail === "string" ? `${messageOf(error)}: ${detail}` : messageOf(error);
}
