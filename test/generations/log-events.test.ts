/** Usage as log events, in apps whose OpenTelemetry has logs in its API, or in a package apart. */
import { beforeAll, expect, test } from "vitest";

import { runScript } from "../support/script.ts";
import { appOfGeneration, GENERATIONS, installOtel2 } from "./generation.ts";

beforeAll(installOtel2, 120_000);

const APP = `
  import { NodeSDK } from "@opentelemetry/sdk-node";
  import { init, trackAPIUsage } from "spendspan";

  const kept = [];
  const done = async () => {};
  const onEmit = ({ eventName, attributes }) => void kept.push({ eventName, attributes });
  new NodeSDK({
    logRecordProcessors: [{ onEmit, enabled: () => true, forceFlush: done, shutdown: done }],
    spanProcessors: [],
    metricReaders: [],
    autoDetectResources: false,
  }).start();
  const spendspan = init({ logEvents: true, embedded: false, journal: false, server: false });
  const id = trackAPIUsage({
    api_provider: "google_ai", api_endpoint: "chat", model: "gemini-2.5-flash",
    input_tokens: 1_000, output_tokens: 200, request_duration_ms: 5, status: "success",
  });
  console.log(JSON.stringify({ id, kept }));
  await spendspan.shutdown();`;

test.each(Object.entries(GENERATIONS))(
  "OpenTelemetry %s gets them on its own logger provider",
  async (_name, generation) => {
    await using app = await appOfGeneration(generation);
    const options = { cwd: app.directory, env: { SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "0" } };
    const { code, stdout } = await runScript(APP, options);
    expect(code).toBe(0);
    const { id, kept } = JSON.parse(stdout) as { id: string; kept: readonly unknown[] };
    expect(kept).toEqual([
      {
        eventName: "spendspan.usage",
        // 1 000 × $0.30/M + 200 × $2.50/M
        attributes: expect.objectContaining({ id, estimated_cost_usd: "0.0008" }),
      },
    ]);
  },
);
