import type { Pool, PoolClient } from "pg";
import { expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { type Script, startScript } from "../support/script.ts";
import { sumsIn } from "../support/sums.ts";

const WRITERS = 16;
const ROWS = 1_000;
/** For two cores. */
const PATIENCE = { SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "60000" };

/** Records calls as fast as it can once it is told to, all writers for the same sums, and each in an order of its own. */
const APP = `
  import { init, trackAPIUsage } from "spendspan";
  const writer = Number(process.env.WRITER);
  const spendspan = init({ embedded: false, server: false, openTelemetry: "join", autoMigrate: false });
  await spendspan.ready();
  const told = new Promise((resolve) => process.once("SIGUSR2", resolve));
  const waiting = setInterval(() => {}, 60_000);
  console.log("ready");
  await told;
  clearInterval(waiting);
  for (let row = 0; row < ${ROWS}; row++) {
    const step = (row + 60 * writer) % ${ROWS};
    const at = writer % 2 === 0 ? step : ${ROWS} - 1 - step;
    trackAPIUsage({
      api_provider: "acme_ai",
      api_endpoint: "chat",
      brand: "brand-" + (at % 7),
      model: "model-" + (at % 3),
      input_tokens: at,
      estimated_cost_usd: "0.000001",
      // Of twelve months, none of which is there when the first row comes.
      created_at: new Date(Date.UTC(2020, at % 12, 1 + (at % 5), at % 4)),
    });
    if (row % 50 === 0) await new Promise(setImmediate);
  }
  const { written, remaining, dropped, deadLetters } = await spendspan.shutdown();
  console.log(JSON.stringify({ written, remaining, dropped, deadLetters }));
`;

test(
  "sixteen processes that write the same sums at once wait for each other, and never in a ring",
  () =>
    withDatabase(async ({ pool, url }) => {
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        startScript(APP, { env: { DATABASE_URL: url, WRITER: `${writer}`, ...PATIENCE } }),
      );
      await Promise.all(writers.map((writer) => writer.printed("ready")));
      for (const writer of writers) writer.signal("SIGUSR2");
      const ends = await Promise.all(writers.map(endOf));
      const all = { written: ROWS, remaining: 0, dropped: 0, deadLetters: 0 };
      expect(ends).toEqual(writers.map(() => all));
      const { rows } = await pool.query(
        `select count(*)::int as rows, sum(input_tokens)::float8 as tokens,
         trim_scale(sum(estimated_cost_usd))::text as cost_usd from api_usage`,
      );
      // 16 × 1 000 rows; 16 × (0 + 1 + … + 999) = 16 × 499 500 tokens; 16 000 × $0.000001
      expect(rows).toEqual([{ rows: 16_000, tokens: 7_992_000, cost_usd: "0.016" }]);
      for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
      expect(await deadlocksIn(pool)).toBe(0);
    }),
  120_000,
);

test("the count of deadlocks that is looked at does count them", () =>
  withDatabase(async ({ pool }) => {
    await pool.query(
      "create table pair (id integer primary key); insert into pair values (1), (2)",
    );
    const lock = (client: PoolClient, id: number) =>
      client.query("select from pair where id = $1 for update", [id]);
    const [one, two] = await Promise.all([pool.connect(), pool.connect()]);
    for (const client of [one!, two!]) await client.query("begin; set local deadlock_timeout = 10");
    await Promise.all([lock(one!, 1), lock(two!, 2)]);
    const outcomes = await Promise.allSettled([lock(one!, 2), lock(two!, 1)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const client of [one!, two!]) client.release(true);
    await expect.poll(() => deadlocksIn(pool)).toBe(1);
  }));

/** What it said when it was done. */
async function endOf(writer: Script): Promise<unknown> {
  const { stdout } = await writer.ended;
  return JSON.parse(stdout.replace("ready\n", ""));
}

async function deadlocksIn(pool: Pool): Promise<number> {
  const { rows } = await pool.query(
    "select deadlocks::int from pg_stat_database where datname = current_database()",
  );
  return rows[0].deadlocks;
}
