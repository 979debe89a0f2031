/** Another provider's API, metered by a rule of the app's: a row for each request, at the rule's price. */
import { join } from "node:path";
import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";
import { samplesOf, sumsBy } from "../support/exposition.ts";

const APP = join(import.meta.dirname, "../fixtures/http-rule/app.ts");

test("a request that a rule describes is booked at the rule's price, and a refused one as free", async () => {
  const simulator = await simulated();
  await withDatabase(async ({ pool, url }) => {
    const { report: metrics } = await runApp<string>(APP, {
      env: { DATABASE_URL: url, WEATHER_URL: simulator.url },
    });
    // Four for the weather, and one that the rule is not for.
    expect(simulator.calls.map(({ httpStatus }) => httpStatus)).toEqual([200, 200, 401, 200, 404]);
    const { rows } = await pool.query(
      `select brand, campaign, api_provider as provider, api_endpoint as endpoint, model, status,
              http_status_code as code, trim_scale(estimated_cost_usd)::text as cost,
              price_status as price, price_version as version
       from api_usage order by id`,
    );
    const booked = {
      brand: "acme",
      campaign: "spring",
      provider: "openweathermap",
      endpoint: "weather",
      model: null,
      status: "success",
      code: 200,
      cost: "0.0015",
      price: "priced",
      version: "rule:openweathermap/weather",
    };
    expect(rows).toEqual([
      booked,
      booked,
      { ...booked, status: "error", code: 401, cost: "0", price: "free", version: null },
      { ...booked, brand: "unattributed", campaign: null },
    ]);
    expect(sumsBy(samplesOf(metrics, "api_usage_requests_total"), "brand")).toEqual({
      acme: 3,
      unattributed: 1,
    });
    // 2 × $0.0015 and 1 × $0.0015
    expect(sumsBy(samplesOf(metrics, "api_usage_cost_usd_total"), "brand")).toEqual({
      acme: 0.003,
      unattributed: 0.0015,
    });
  });
});
