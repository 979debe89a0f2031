import { expect, test } from "vitest";

import { Recorder } from "../../src/usage/recorder.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { contents, simulated } from "../simulator/client.ts";
import { KeptLogger } from "../support/logger.ts";
import { metering } from "../support/metering.ts";

/** A meter, and what its sink was told of: what began, and what ended. */
function announced(baseUrl: string) {
  const [begun, ended]: [UsageRecord[], UsageRecord[]] = [[], []];
  const sink = {
    name: "test",
    begin: (record: UsageRecord) => void begun.push(record),
    accept: (record: UsageRecord) => void ended.push(record),
  };
  const recorder = new Recorder([sink], new KeptLogger());
  return { begun, ended, ...metering(baseUrl, { recorder }) };
}

const body = (prompt: string) => ({ method: "POST", body: JSON.stringify(contents(prompt)) });

test("before a request leaves, what is known of the call is told, as a call of unknown end", async () => {
  const simulator = await simulated();
  const { fetch, begun, ended } = announced(simulator.url);
  const url = `${simulator.url}/v1beta/models/gemini-2.5-flash:generateContent`;
  const answer = withUsage({ brand: "acme", campaign: "autumn", endpoint: "chat" }, () =>
    fetch(url, body("How much is it?")),
  );
  // Nothing was awaited: the request is on its way at the earliest now.
  expect(begun).toMatchObject([
    {
      entry: "call",
      brand: "acme",
      campaign: "autumn",
      endpoint: "chat",
      provider: "google_ai",
      operation: "generateContent",
      requestedModel: "gemini-2.5-flash",
      status: "unknown",
      errorType: "process_ended",
      usageStatus: "missing",
      tokens: undefined,
      cost: undefined,
      priceStatus: "unpriced",
    },
  ]);
  await (await answer).text();
  const { id, startedAtMs, brand } = begun[0]!;
  expect(ended).toMatchObject([{ id, startedAtMs, brand, status: "success" }]);
});

test("a call that is not billed is not announced, for it has no end either", async () => {
  const simulator = await simulated();
  const { fetch, begun, ended } = announced(simulator.url);
  const url = `${simulator.url}/v1beta/models/gemini-2.5-flash:countTokens`;
  await (await fetch(url, body("How long is it?"))).text();
  expect([begun, ended]).toEqual([[], []]);
});

test("a request that can't be sent has begun and ended", async () => {
  const { fetch, begun, ended } = announced("http://127.0.0.1:1");
  const url = "http://127.0.0.1:1/v1beta/models/gemini-2.5-flash:generateContent";
  await expect(fetch(url, body("Is there anybody?"))).rejects.toThrow("fetch failed");
  expect(ended).toMatchObject([{ id: begun[0]!.id, status: "error" }]);
});
