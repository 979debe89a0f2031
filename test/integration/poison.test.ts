/** Rows that Postgres won't take, by the ways that an app has to make them. */
import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { trackAPIUsage } from "../../src/index.ts";
import { DeadLetterBox } from "../../src/ledger/dead-letter-box.ts";
import { simulated } from "../simulator/client.ts";
import { withDatabase } from "../support/database.ts";
import { initialised } from "../support/initialised.ts";
import { KeptLogger } from "../support/logger.ts";
import { sumsIn } from "../support/sums.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { runCommand } from "../support/terminal.ts";

const CALL = { api_provider: "acme_ai", api_endpoint: "chat" };
/** $1,000 a million: 10^12 tokens are 10^9 dollars, ten times what the column holds. */
const PRICES = [{ id: "gemini-dear", input: "1000", output: "1000" }];
/** Longer than what an entry of an index may be, and in no way to be made shorter. */
const LONG_MODEL = randomBytes(5_000).toString("base64url");

test.each([true, false])(
  "what Postgres can't hold keeps nothing else from being stored (with a journal: %s)",
  async (journal) => {
    const simulator = await simulated();
    await withDatabase(async ({ pool, url }) => {
      const dataDir = temporaryDirectory();
      const logger = new KeptLogger();
      const options = { databaseUrl: url, baseUrls: [simulator.url], prices: PRICES };
      const spendspan = initialised({ ...options, dataDir, journal, logger });
      trackAPIUsage({ ...CALL, brand: "first" });
      trackAPIUsage({ ...CALL, model: "gemini-dear", input_tokens: 1e12 });
      trackAPIUsage({ ...CALL, api_endpoint: "a NUL \0", brand: "nul" });
      await fetch(`${simulator.url}/v1beta/models/${LONG_MODEL}:generateContent`, {
        method: "POST",
        body: "{}",
      }).then((response) => response.text());
      trackAPIUsage({ ...CALL, error_message: "half of a pair \ud83d", brand: "half" });
      trackAPIUsage({ ...CALL, created_at: "9999-12-31T23:59:59Z", brand: "last" });

      expect(await spendspan.flush({ timeoutMs: 10_000 })).toEqual({
        written: 4,
        remaining: 0,
        dropped: 0,
        deadLetters: 2,
      });
      const { rows } = await pool.query(
        "select brand, api_endpoint, error_message from api_usage order by id",
      );
      expect(rows).toEqual([
        { brand: "first", api_endpoint: "chat", error_message: null },
        { brand: "nul", api_endpoint: "a NUL  ", error_message: null },
        { brand: "half", api_endpoint: "chat", error_message: "half of a pair \ufffd" },
        { brand: "last", api_endpoint: "chat", error_message: null },
      ]);
      for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
      expect(logger.warnings).toEqual([
        // numeric value out of range, program limit exceeded
        expect.stringMatching(/what is in it \(22003\): it /),
        expect.stringMatching(/what is in it \(54000, api_usage_(?:day|hour)_pkey\): it /),
      ]);
      expect(await new DeadLetterBox(dataDir).names()).toHaveLength(journal ? 2 : 0);
      if (!journal) return;
      const environment = { DATABASE_URL: url, SPENDSPAN_DATA_DIR: dataDir };
      const { printed } = await runCommand(["replay"], environment);
      expect(printed).toMatch(/^0 rows stored\n/);
      for (const code of ["22003", "54000"]) expect(printed).toContain(`   1  ${code}`);
    });
  },
);

test("what can be told to be wrong is refused where it comes from, and the ledger never sees it", () =>
  withDatabase(async ({ pool, url }) => {
    const logger = new KeptLogger();
    const spendspan = initialised({ databaseUrl: url, logger });
    for (const wrong of [
      { api_endpoint: "x".repeat(129) },
      { request_duration_ms: Number.NaN },
      { request_duration_ms: 1e16 }, // would have begun before the first of all dates
      { input_tokens: Number.POSITIVE_INFINITY },
      { estimated_cost_usd: 1e8 },
      { created_at: "+010000-01-01T00:00:00Z" },
      { brand: "a\0b" },
    ]) {
      expect(() => trackAPIUsage({ ...CALL, ...wrong })).toThrow("ERR_USAGE_INVALID");
    }
    trackAPIUsage(CALL);
    expect(await spendspan.flush({ timeoutMs: 10_000 })).toMatchObject({ written: 1 });
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 1 }]);
    expect(logger.warnings).toEqual([]);
  }));
