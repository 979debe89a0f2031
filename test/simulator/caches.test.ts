import { expect, test } from "vitest";

import { jsonOf, post, simulated } from "./client.ts";

const NOON_MS = Date.parse("2026-11-24T12:00:00Z");
const CACHE = {
  model: "models/gemini-2.5-flash",
  contents: [{ parts: [{ text: '[[usage:{"promptTokenCount":1000000}]]' }] }],
  ttl: "3600s",
};

test("a cache is charged when it is made, and corrected when its end is moved", async () => {
  let nowMs = NOON_MS;
  const simulator = await simulated({ now: () => nowMs });
  const made = await jsonOf(post(simulator, "/v1beta/cachedContents", CACHE));
  expect(made).toMatchObject({
    model: "models/gemini-2.5-flash",
    createTime: "2026-11-24T12:00:00.000Z",
    expireTime: "2026-11-24T13:00:00.000Z",
    usageMetadata: { totalTokenCount: 1_000_000 },
  });
  const path = `/v1beta/${made["name"]}`;
  const expireTime = "2026-11-24T15:00:00Z";
  await post(simulator, path, { expireTime }, { method: "PATCH" });
  nowMs += 900_000;
  await post(simulator, path, {}, { method: "DELETE" });
  // $0.30 for the tokens and $1.00 an hour: for one, for two more, and 2.75 of the three back.
  expect(simulator.calls.map(({ costUsd }) => costUsd)).toEqual(["1.3", "2", "-2.75"]);
  expect(simulator.totalCostUsd()).toBe("0.55");
  expect(simulator.billedCalls()).toHaveLength(1);
});

test("a cache that has expired, or was never made, is not found", async () => {
  let nowMs = NOON_MS;
  const simulator = await simulated({ now: () => nowMs });
  const made = await jsonOf(post(simulator, "/v1beta/cachedContents", CACHE));
  nowMs += 3_600_000;
  for (const name of [made["name"], "cachedContents/none"]) {
    expect((await fetch(`${simulator.url}/v1beta/${name}`)).status).toBe(404);
  }
});

test("a time to live that is none is refused", async () => {
  const simulator = await simulated();
  const answer = await post(simulator, "/v1beta/cachedContents", { ...CACHE, ttl: "1h" });
  expect(answer.status).toBe(400);
});
