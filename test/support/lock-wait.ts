/** Who waits for a lock in a database. */
import type { Pool } from "pg";

import { until } from "./until.ts";

/** Rejects with an `AbortError` when nobody does for 20 seconds. */
export function untilSomebodyWaits(pool: Pool): Promise<void> {
  return until(() => somebodyWaits(pool), 20_000);
}

async function somebodyWaits(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ waits: boolean }>(
    `select exists (select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock') as waits`,
  );
  return rows[0]?.waits === true;
}
