/** The tier that was served sets the price: where the usage doesn't name it, a header does. */
import { type GenerateContentRequest, GoogleGenerativeAI } from "@google/generative-ai";
import { afterEach, expect, test, vi } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { serve } from "../support/http-server.ts";
import { metering } from "../support/metering.ts";

const MODEL = "gemini-2.5-flash";
const CHUNK = {
  candidates: [{ content: { role: "model", parts: [{ text: "12" }] }, finishReason: "STOP" }],
  modelVersion: MODEL,
};
const usageMetadata = {
  promptTokenCount: 1_000_000,
  candidatesTokenCount: 100_000,
  totalTokenCount: 1_100_000,
};

afterEach(() => void vi.unstubAllGlobals());

/** The old SDK at a metered server. */
function metered(url: string) {
  const { fetch, records } = metering(url);
  vi.stubGlobal("fetch", fetch);
  const model = new GoogleGenerativeAI("any").getGenerativeModel(
    { model: MODEL },
    { baseUrl: url },
  );
  return { model, records };
}

test.each([
  // 1 000 000 × $0.15/M + 100 000 × $1.25/M
  ["flex", "flex", "0.275"],
  // 1 000 000 × $0.54/M + 100 000 × $4.50/M
  ["priority", "priority", "0.99"],
  // 1 000 000 × $0.30/M + 100 000 × $2.50/M
  ["priority", "standard", "0.55"],
])("a call that asked for %s and was served as %s costs %s", async (asked, served, cost) => {
  await using server = await serve((_, response) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "x-gemini-service-tier": served,
    });
    response.end(JSON.stringify({ ...CHUNK, usageMetadata }));
  });
  const { model, records } = metered(server.url);
  const request: GenerateContentRequest & { serviceTier: string } = {
    contents: [{ role: "user", parts: [{ text: "How much is it?" }] }],
    serviceTier: asked,
  };
  await model.generateContent(request);
  const record = await records.next();
  expect(record).toMatchObject({ serviceTier: served, priceStatus: "priced" });
  expect(toUsdString(record.cost!)).toBe(cost);
});

test("a stream that broke off before its usage has its tier, and a cost that is unknown", async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "x-gemini-service-tier": "flex",
    });
    response.write(`data: ${JSON.stringify(CHUNK)}\n\n`, () => response.destroy());
  });
  const { model, records } = metered(server.url);
  const { stream, response } = await model.generateContentStream("How much is it?");
  await Promise.allSettled([Array.fromAsync(stream), response]);
  expect(await records.next()).toMatchObject({
    status: "error",
    serviceTier: "flex",
    priceStatus: "unpriced",
    cost: undefined,
  });
});
