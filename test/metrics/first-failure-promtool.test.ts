/** What a real Prometheus makes of the first calls of a process. It needs Debian's prometheus. */
import { expect, onTestFinished, test } from "vitest";

import { withUsage } from "../../src/index.ts";
import { generate, simulated } from "../simulator/client.ts";
import { initialised } from "../support/initialised.ts";
import { startPrometheus, valuesOf } from "../support/monitoring.ts";

test("the first failure of a process is seen to rise, be it the first call of a brand that was named", async () => {
  const simulator = await simulated();
  const spendspan = initialised({
    baseUrls: [simulator.url],
    server: true,
    port: 0,
    brands: ["globex"],
    models: ["gemini-2.5-flash"],
    endpoints: ["generateContent"],
  });
  await spendspan.ready();
  const prometheus = await startPrometheus({ ledgers: [], apps: [new URL(spendspan.url!).host] });
  onTestFinished(() => prometheus[Symbol.asyncDispose]());
  const count = (query: string) => valuesOf(prometheus, query);
  const ask = async (key: string): Promise<void> => {
    const headers = { "x-goog-api-key": key };
    await (await generate(simulator, "gemini-2.5-flash", "How much is it?", { headers })).text();
  };

  await ask("good");
  await expect
    .poll(() => count('api_usage_requests_total{status="error"}'))
    .toEqual({ unattributed: 0, globex: 0 });
  await ask("invalid");
  await withUsage({ brand: "globex" }, () => ask("invalid"));
  await expect
    .poll(() => count('increase(api_usage_requests_total{status="error"}[1m]) > 0'))
    .toEqual({ unattributed: expect.any(Number), globex: expect.any(Number) });
});
