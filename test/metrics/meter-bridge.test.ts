import { metrics } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";

import { MeterBridge } from "../../src/metrics/meter-bridge.ts";
import { MetricsSink } from "../../src/metrics/sink.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { withMeterProvider } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";

afterEach(() => metrics.disable());

const COST = "api_usage_cost_usd_total";

test("totals are shown on a meter provider that the app registers after calls were made", async () => {
  const { sink } = parts();
  sink.accept(aRecord());
  await withMeterProvider(async (reader) => {
    sink.accept(aRecord());
    // two calls of $0.0008
    expect(await reader.read(COST)).toMatchObject([{ value: 0.0016 }]);
  });
});

test("they follow the app to another meter provider, with all that was counted before", async () => {
  const { sink } = parts();
  await withMeterProvider(async (reader) => {
    sink.accept(aRecord());
    expect(await reader.read(COST)).toMatchObject([{ value: 0.0008 }]);
  });
  await withMeterProvider(async (reader) => {
    sink.accept(aRecord());
    expect(await reader.read(COST)).toMatchObject([{ value: 0.0016 }]);
  });
});

test("series that were made ready are shown before the first call", async () => {
  const { totals, bridge } = parts();
  totals.initialise({
    provider: "google_ai",
    endpoint: "chat",
    models: ["gemini-2.5-flash"],
    brands: ["acme"],
  });
  await withMeterProvider(async (reader) => {
    bridge.follow();
    expect(await reader.read(COST)).toEqual([
      {
        attributes: {
          provider: "google_ai",
          endpoint: "chat",
          model: "gemini-2.5-flash",
          brand: "acme",
          status: "success",
        },
        value: 0,
      },
    ]);
  });
});

test("after close they are shown there no more, and a successor's stand alone", () =>
  withMeterProvider(async (reader) => {
    const first = parts();
    first.sink.accept(aRecord());
    first.bridge.close();
    expect(await reader.read(COST)).toEqual([]);
    const second = parts();
    second.sink.accept(aRecord({ cost: 1_000_000_000_000n }));
    expect(await reader.read(COST)).toMatchObject([{ value: 1 }]);
  }));

function parts() {
  const totals = new UsageTotals();
  const bridge = new MeterBridge(() => totals.families());
  return { totals, bridge, sink: new MetricsSink(totals, bridge) };
}
