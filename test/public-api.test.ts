/** What the package promises to those who import it. A change here is a change of version. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

import * as spendspan from "../src/index.ts";
import { installedApp } from "./support/installed.ts";

const run = promisify(execFile);
const TSC = join(import.meta.dirname, "../node_modules/.bin/tsc");
const STRICT = [
  "--noEmit",
  "--strict",
  "--skipLibCheck",
  "false",
  "--module",
  "nodenext",
  "--target",
  "es2024",
  "--types",
  "node",
];
const NODE_TYPES = ["@types/node", "undici-types"];

test("these are the names that can be imported", () => {
  expect(Object.keys(spendspan).sort()).toEqual([
    "ConfigError",
    "SpendspanError",
    "UsageSpanProcessor",
    "calculateCost",
    "createTimer",
    "getUsageStats",
    "init",
    "meterFetch",
    "trackAPIUsage",
    "usageContext",
    "withUsage",
  ]);
});

const CONSUMER = `
  import {
    calculateCost, ConfigError, createTimer, getUsageStats, init, meterFetch, SpendspanError,
    trackAPIUsage, usageContext, UsageSpanProcessor, withUsage,
    type APIProvider, type APIStatus, type APIUsage, type APIUsageInsert, type APIUsageStats,
    type Cost, type CostQuery, type DayUsage, type ErrorCode, type FlushOptions, type FlushResult,
    type HttpRule, type Logger, type PendingJobs, type PriceStatus, type SerializedTags,
    type Spendspan, type SpendspanOptions, type Tags, type UsageByKey, type UsageStatsQuery,
    type UsageStatus, type UsageTotals,
  } from "spendspan";
  import "spendspan/register";

  const logger: Logger = { info: () => undefined, warn: () => undefined };
  const rule: HttpRule = {
    provider: "openweathermap",
    host: "api.openweathermap.org",
    path: "/data/2.5/weather",
    endpoint: "weather",
    priceUsdPerRequest: "0.0015",
  };
  const options: SpendspanOptions = { port: 0, brands: ["acme"], httpRules: [rule], logger };
  const handle: Spendspan = init(options);
  const GET: (request: Request) => Promise<Response> = handle.usageHandler;
  const tags: Tags = { brand: "acme" };
  const inside: number = withUsage(tags, () => 1);
  const later: Promise<string> = withUsage(usageContext(), async () => "done");
  const id: string = trackAPIUsage({ api_provider: "google_ai", api_endpoint: "chat" });
  const cost: Cost = calculateCost({ model: "gemini-2.5-flash", input_tokens: 1, output_tokens: 1 });
  const elapsed: number = createTimer()();
  const stats: APIUsageStats = await getUsageStats({ days: 7, brand: "acme" });
  const spent: string | undefined = stats.by_brand["acme"]?.cost_usd;
  const metered: typeof fetch = meterFetch(fetch);
  const result: FlushResult = await handle.flush({ timeoutMs: 100 });
  const code: ErrorCode = new ConfigError([]).code satisfies SpendspanError["code"];
  // @ts-expect-error -- a slip in an option's name is told
  init({ prot: 1 });
  // @ts-expect-error -- and so is one in a tag's
  withUsage({ brnad: "acme" }, () => 1);
  export { code, cost, elapsed, GET, id, inside, later, metered, result, spent, UsageSpanProcessor };
  export type {
    APIProvider, APIStatus, APIUsage, APIUsageInsert, CostQuery, DayUsage, FlushOptions, PendingJobs,
    PriceStatus, SerializedTags, UsageByKey, UsageStatsQuery, UsageStatus, UsageTotals,
  };
`;

test("a strict project compiles against it, with no types but Node's", async () => {
  await using app = await installedApp();
  await app.link(NODE_TYPES);
  await app.write("app.ts", CONSUMER);
  const { stdout } = await run(TSC, [...STRICT, "--listFiles", "app.ts"], { cwd: app.directory });
  const declarations = stdout.split("\n").filter((path) => path.includes("/spendspan/dist/"));
  expect(declarations).toContainEqual(expect.stringMatching("dist/index.d.ts$"));
  // Each would have to be there, in every version, for those who check their libraries too.
  expect(await packagesNamedIn(declarations)).toEqual([]);
});

async function packagesNamedIn(declarations: readonly string[]): Promise<readonly string[]> {
  const names = await Promise.all(
    declarations.map(async (path) => {
      const specifiers = (await readFile(path, "utf8")).matchAll(
        /\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g,
      );
      return [...specifiers].map(([, from, imported]) => from ?? imported!);
    }),
  );
  return names.flat().filter((name) => !name.startsWith("."));
}
