/** Workers of `node:cluster`, which is also what PM2 runs: together they count all there was, and no call twice. */
import { join } from "node:path";

import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { withDatabase } from "../support/database.ts";
import { samplesOf } from "../support/exposition.ts";
import { startScript } from "../support/script.ts";

const WORKER = join(import.meta.dirname, "../fixtures/cluster/worker.mjs");
/** Three workers, with one, two and three calls; ends when they have. */
const PRIMARY = `
  import cluster from "node:cluster";
  cluster.setupPrimary({ exec: ${JSON.stringify(WORKER)}, execArgv: [] });
  const workers = [1, 2, 3].map((calls) => cluster.fork({ CALLS: calls }));
  let served = 0;
  for (const worker of workers) {
    worker.on("message", (url) => {
      console.log("at " + url);
      served += 1;
      if (served === workers.length) console.log("all are served");
    });
  }
  process.on("SIGTERM", () => {
    for (const worker of workers) worker.process.kill("SIGTERM");
  });
  cluster.on("exit", () => Object.keys(cluster.workers).length === 0 && process.exit());`;

test("each worker has a port of its own, and the sum over all is what was called", async () => {
  const simulator = await simulated();
  await withDatabase(async ({ pool, url }) => {
    const script = startScript(PRIMARY, {
      env: {
        GOOGLE_GEMINI_BASE_URL: simulator.url,
        DATABASE_URL: url,
        SPENDSPAN_PORT: "29464",
        SPENDSPAN_PORT_RANGE: "100",
      },
    });
    const urls = [...(await script.printed("all are served")).matchAll(/at (\S+)/g)].map(
      ([, each]) => each!,
    );
    expect(new Set(urls).size).toBe(3);
    const pages = await Promise.all(
      urls.map(async (each) => (await fetch(`${each}/metrics`)).text()),
    );
    const counts = pages.map((page) => samplesOf(page, "api_usage_requests_total")[0]?.value);
    // 1 + 2 + 3
    expect(new Set(counts)).toEqual(new Set([1, 2, 3]));
    expect(simulator.billedCalls()).toHaveLength(6);
    script.signal("SIGTERM");
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
    const { rows } = await pool.query(
      "select count(*)::int, count(distinct id)::int as ids from api_usage",
    );
    expect(rows).toEqual([{ count: 6, ids: 6 }]);
  });
});
