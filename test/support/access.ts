/** What a session gets to see and do of a ledger with calls of two brands. */
import type { Pool } from "pg";

import { systemClock } from "../../src/base/clock.ts";
import { errorCodeOf } from "../../src/base/errors.ts";
import { inTransaction } from "../../src/database/pool.ts";
import { store } from "./ledger-rows.ts";
import { aRecord } from "./record.ts";

const READABLE = ["api_usage", "api_usage_hour", "api_usage_day"];
const INSUFFICIENT_PRIVILEGE = "42501";

/** As `brandsSeen` has them. */
export const only = (...brands: readonly string[]): unknown => READABLE.map(() => brands);
export const NOTHING: unknown = READABLE.map(() => null);

/** Two calls of acme and one of globex, made just now. */
export async function fillBrands(pool: Pool): Promise<void> {
  const startedAtMs = systemClock.now();
  const brands = ["acme", "acme", "globex"];
  await store(pool, ...brands.map((brand) => aRecord({ brand, startedAtMs })));
}

/** A partition that has rows. */
export async function partitionOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select tableoid::regclass::text as name from api_usage limit 1",
  );
  return rows[0]?.name ?? "none";
}

/** The claims of a Supabase user, as a setting. */
export function claims(appMetadata: unknown): Readonly<Record<string, string>> {
  const token = { role: "authenticated", app_metadata: appMetadata };
  return { "request.jwt.claims": JSON.stringify(token) };
}

/** The brands that are seen in the rows, hours and days, with settings of the transaction alone. */
export function brandsSeen(
  pool: Pool,
  settings: Readonly<Record<string, string>>,
): Promise<unknown> {
  return inTransaction(pool, { timeoutMs: 0, readOnly: true }, async (client) => {
    for (const [name, value] of Object.entries(settings)) {
      await client.query("select set_config($1, $2, true)", [name, value]);
    }
    const seen: unknown[] = [];
    for (const table of READABLE) {
      const { rows } = await client.query(
        `select array_agg(distinct brand) as brands from ${table}`,
      );
      seen.push(rows[0].brands);
    }
    return seen;
  });
}

/** Those of the statements that are not refused for want of a right. */
export async function notRefused(
  pool: Pool,
  statements: readonly string[],
): Promise<readonly string[]> {
  const outcomes = await Promise.all(
    statements.map((statement) =>
      pool.query(statement).then(
        () => "done",
        (error: unknown) => errorCodeOf(error),
      ),
    ),
  );
  return statements.filter((_, at) => outcomes[at] !== INSUFFICIENT_PRIVILEGE);
}
