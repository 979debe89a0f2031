import { expect, test } from "vitest";

import { attachDelivery, UsageSpanProcessor } from "../../src/telemetry/span-processor.ts";

test("a delivery made by another copy of this package is taken as well", () => {
  let delivered = 0;
  const span = {};
  attachDelivery(span, { deliver: () => void delivered++ });
  new UsageSpanProcessor().onEnd(span);
  expect(delivered).toBe(1);
});

test("whatever else hangs on a span under our key is left alone", () => {
  const key = Symbol.for("spendspan.delivery.v1");
  const processor = new UsageSpanProcessor();
  for (const value of [undefined, null, 1, {}, { deliver: "no function" }]) {
    expect(() => processor.onEnd({ [key]: value })).not.toThrow();
  }
});

test("the SDK's flush and shutdown write out what was delivered", async () => {
  let flushes = 0;
  const processor = new UsageSpanProcessor(async () => void flushes++);
  await processor.forceFlush();
  await processor.shutdown();
  expect(flushes).toBe(2);
});
