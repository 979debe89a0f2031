/** spendspan as it is published, in apps that have nothing of this repository. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { bundled, bundledByEsbuild } from "../support/bundle.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { type InstalledApp, installedApp } from "../support/installed.ts";
import { runScript, type ScriptOptions } from "../support/script.ts";

const PEERS = [
  "@opentelemetry/api",
  "@opentelemetry/exporter-prometheus",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/sdk-node",
];
const ASK = `ai.models.generateContent({ model: "gemini-2.5-flash", contents: "How much is it?" })`;

let app: InstalledApp;
beforeAll(async () => {
  app = await installedApp();
  await app.link([...PEERS, "@google/genai"]);
});
afterAll(() => app[Symbol.asyncDispose]());

test("an ES module imports it, and its calls are rows", async () => {
  const source = `
    import { init, withUsage } from "spendspan";
    import { GoogleGenAI } from "@google/genai";
    init();
    const ai = new GoogleGenAI({ apiKey: "any" });
    await withUsage({ brand: "acme" }, () => ${ASK});`;
  expect(await rowsOf(source)).toEqual(["acme success"]);
});

test("a CommonJS module requires it, and its calls are rows", async () => {
  const source = `
    const { GoogleGenAI } = require("@google/genai");
    const { init, withUsage } = require("spendspan");
    init();
    const ai = new GoogleGenAI({ apiKey: "any" });
    withUsage({ brand: "acme" }, () => ${ASK});`;
  expect(await rowsOf(source, { format: "commonjs" })).toEqual(["acme success"]);
});

test.each<[NonNullable<ScriptOptions["format"]>, string]>([
  ["module", `import { GoogleGenAI } from "@google/genai";`],
  ["commonjs", `const { GoogleGenAI } = require("@google/genai");`],
])("an app that does not know of it is metered by --import: %s", async (format, load) => {
  const source = `${load} const ai = new GoogleGenAI({ apiKey: "any" }); void ${ASK};`;
  const nodeOptions = ["--import", "spendspan/register"];
  expect(await rowsOf(source, { format, nodeOptions })).toEqual(["unattributed success"]);
});

test("two copies in one process are one init, and know each other's tags", async () => {
  const directory = join(app.directory, "vendor");
  await mkdir(directory);
  await bundled(await app.write("copy.mjs", `export * from "spendspan";`), "esm", directory);
  const source = `
    import * as one from "spendspan";
    import * as two from "./vendor/app.mjs";
    import { GoogleGenAI } from "@google/genai";
    import assert from "node:assert/strict";
    assert.notEqual(one.init, two.init);
    const first = one.init();
    const metered = globalThis.fetch;
    const second = two.init();
    assert.equal(globalThis.fetch, metered);
    const ai = new GoogleGenAI({ apiKey: "any" });
    await two.withUsage({ brand: "two" }, () => ${ASK});
    await one.withUsage({ brand: "one" }, () => ${ASK});
    assert.deepEqual(await second.flush(), await first.flush());
    assert.equal((await two.getUsageStats(1)).total_requests, 2);
    await two.withUsage({ brand: "outer" }, () =>
      one.withUsage({ campaign: "inner" }, async () =>
        assert.deepEqual(JSON.parse(two.usageContext()), { brand: "outer", campaign: "inner" }),
      ),
    );
    await second.shutdown();
    assert.throws(() => one.trackAPIUsage({}), { code: "ERR_NOT_INITIALISED" });`;
  expect(await rowsOf(source)).toEqual(["two success", "one success"]);
});

test("a bundle that has lost the thread's program and its own address is metered all the same", async () => {
  const source = `
    import { init, withUsage } from "spendspan";
    import { GoogleGenAI } from "@google/genai";
    import assert from "node:assert/strict";
    const infos = [];
    const spendspan = init({ logger: { info: (message) => infos.push(message), warn: console.warn } });
    const ai = new GoogleGenAI({ apiKey: "any" });
    withUsage({ brand: "acme" }, () => ${ASK}).then(() => spendspan.flush()).then(() =>
      assert.match(infos.join(), /There is no thread.*own thread writes.*a bundle has lost its program/));`;
  const bundle = await bundledByEsbuild(await app.write("lost.mjs", source), app.directory);
  const load = `require(${JSON.stringify(bundle)})`;
  expect(await rowsOf(load, { format: "commonjs" })).toEqual(["acme success"]);
});

test("such a bundle says what to do where the database has no schema", () =>
  withEmptyDatabase(async ({ url }) => {
    const source = `
      import { getUsageStats, init } from "spendspan";
      init({ logger: { info() {}, warn() {} } });
      getUsageStats(1).catch(({ code, message }) => console.log(code, message));`;
    const bundle = await bundledByEsbuild(await app.write("bare.mjs", source), app.directory);
    const { code, stdout } = await runScript(`require(${JSON.stringify(bundle)})`, {
      format: "commonjs",
      cwd: app.directory,
      env: { DATABASE_URL: url, SPENDSPAN_PORT: "0", SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "100" },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ERR_MIGRATION .*Run `npx spendspan migrate`/);
  }));

test("where OpenTelemetry is but the API, calls are booked all the same", async () => {
  await using bare = await installedApp();
  await bare.link(["@opentelemetry/api", "@google/genai"]);
  const source = `
    import { init } from "spendspan";
    import { GoogleGenAI } from "@google/genai";
    await init().ready();
    const ai = new GoogleGenAI({ apiKey: "any" });
    await ${ASK};`;
  expect(await rowsOf(source, { cwd: bare.directory })).toEqual(["unattributed success"]);
});

/** Runs an app against the simulator: brand and status of each row that it leaves, oldest first. */
async function rowsOf(source: string, options: ScriptOptions = {}): Promise<readonly string[]> {
  const simulator = await simulated();
  return withDatabase(async ({ pool, url }) => {
    const { code, stderr } = await runScript(source, {
      cwd: app.directory,
      env: {
        GOOGLE_GEMINI_BASE_URL: simulator.url,
        DATABASE_URL: url,
        SPENDSPAN_PORT: "0",
      },
      ...options,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { rows } = await pool.query<{ row: string }>(
      "select brand || ' ' || status as row from api_usage order by created_at",
    );
    expect(rows).toHaveLength(simulator.billedCalls().length);
    return rows.map(({ row }) => row);
  });
}
