/** Work that outlives the process that handed it in, in an app of several processes. */
import { join } from "node:path";

import { expect, test } from "vitest";

import type { HandedIn } from "../fixtures/jobs/app.ts";
import { simulated } from "../simulator/client.ts";
import { runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";

const APP = join(import.meta.dirname, "../fixtures/jobs/app.ts");

test("whoever fetches it, and however often, it is billed once to the brand that handed it in", async () => {
  const simulator = await simulated();
  await withDatabase(async ({ pool, url }) => {
    const run = async (env: Readonly<Record<string, string>>) => {
      const gemini = { GEMINI_URL: simulator.url, SPENDSPAN_BASE_URLS: simulator.url };
      const options = { env: { DATABASE_URL: url, ...gemini, ...env } };
      const { report, output } = await runApp<HandedIn>(APP, options);
      expect(output).toBe("");
      return report;
    };
    const names = await run({ BRAND: "acme" });
    for (const BRAND of ["globex", "initech"]) {
      await run({ BRAND, HANDED_IN: JSON.stringify(names) });
    }
    const { rows } = await pool.query(
      `select brand, entry, operation, count(*)::int from api_usage
       group by brand, entry, operation order by entry, operation`,
    );
    expect(rows.map(Object.values)).toEqual([
      ["acme", "call", "batchGenerateContent", 2],
      ["acme", "call", "cachedContents.create", 1],
      ["acme", "call", "interactions.create", 1],
      ["acme", "job", "batchGenerateContent", 1],
      ["acme", "job", "interactions.create", 1],
      ["acme", "storage", "cachedContents.update", 2],
    ]);
    const { rows: total } = await pool.query(
      "select trim_scale(sum(estimated_cost_usd))::text as cost from api_usage",
    );
    expect(total).toEqual([{ cost: simulator.totalCostUsd() }]);
  });
});
