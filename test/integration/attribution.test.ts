/** A thousand calls for fifty brands, all at once and every which way: each is booked for its own. */
import { join } from "node:path";
import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";

const APP = join(import.meta.dirname, "../fixtures/attribution/app.ts");

test("of 1,000 interleaved calls for 50 brands none is lost, and none is another's", async () => {
  // Answers overtake each other: they take 0 to 12 ms, and streams a millisecond a chunk.
  const simulator = await simulated({
    latencyMs: ({ sequence }) => (sequence * 7) % 13,
    chunkIntervalMs: 1,
  });
  await withDatabase(async ({ pool, url }) => {
    const env = { DATABASE_URL: url, GEMINI_URL: simulator.url };
    await runApp(APP, { env: { ...env, SPENDSPAN_BASE_URLS: simulator.url } });
    const { rows } = await pool.query<{ row: string }>(
      `select brand || ' ' || end_user || ' ' || trim_scale(estimated_cost_usd) as row
       from api_usage where status = 'success'`,
    );
    const charged = simulator.calls.map(({ marker, costUsd }) => `${marker} ${costUsd}`);
    expect(rows.map(({ row }) => row).toSorted()).toEqual(charged.toSorted());
    expect(new Set(charged).size).toBe(1_000);

    const byBrand = await pool.query<{ calls: number }>(
      "select count(*)::int as calls from api_usage group by brand",
    );
    expect(byBrand.rows.map(({ calls }) => calls)).toEqual(Array(50).fill(20));
  });
});
