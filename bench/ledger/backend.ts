/** The CPU time of a Postgres backend, asked of itself: it knows its own directory in Linux's `/proc`. */
import type { Pool } from "pg";

/** In nanoseconds, the first of three numbers; none on other systems. */
export const OWN_CPU_NS = "select pg_read_file('/proc/self/schedstat', 0, 100, true)";

/** Microseconds; NaN when it is not known. */
export function cpuOf(schedstat: string | null): number {
  return Number(schedstat?.split(" ")[0] ?? Number.NaN) / 1_000;
}

/** Of the only connection of `pool`. */
export async function cpuOfBackend(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pg_read_file: string | null }>(OWN_CPU_NS);
  return cpuOf(rows[0]!.pg_read_file);
}
