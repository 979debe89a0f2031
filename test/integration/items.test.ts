/** What is billed apart from tokens, through the real SDK: each record costs what was charged. */
import { GoogleGenAI } from "@google/genai";
import { expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { type Metering, metering } from "../support/metering.ts";

interface Scene {
  readonly simulator: Simulator;
  readonly metered: Metering;
  readonly ai: GoogleGenAI;
  /** Vertex AI, which alone makes pictures. */
  readonly vertex: GoogleGenAI;
}

const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };

async function scene(): Promise<Scene> {
  const simulator = await simulated();
  const metered = metering(simulator.url);
  const httpOptions = { baseUrl: simulator.url, fetch: metered.fetch };
  const vertex = new GoogleGenAI({
    vertexai: true,
    project: "p",
    location: "us-central1",
    googleAuthOptions: { authClient } as never,
    httpOptions,
  });
  return { simulator, metered, ai: new GoogleGenAI({ apiKey: "any", httpOptions }), vertex };
}

/** `"2 google_search 0.028"` of each line of the next record, after its status and usage. */
async function nextBill({ metered, simulator }: Scene): Promise<readonly string[]> {
  const { cost, priceStatus, usageStatus, items } = await metered.records.next();
  const total = cost === undefined ? undefined : toUsdString(cost);
  expect({ total, faults: metered.faults }).toEqual({
    total: priceStatus === "unpriced" ? undefined : simulator.calls.at(-1)?.costUsd,
    faults: [],
  });
  const lines = items.map(
    (line) => `${line.quantity} ${line.kind} ${toUsdString(line.cost ?? 0n)}`,
  );
  return [`${priceStatus} ${usageStatus}`, ...lines];
}

test.each([
  ["gemini-3.8-flash-sim-grounded2", "2 google_search 0.028"], // 2 × $0.014, not 3 ×
  ["gemini-2.5-flash-sim-grounded3", "3 google_search 0.035"], // once for the prompt
  ["gemini-3.8-flash-sim-maps", "1 google_maps 0.014"],
  ["gemini-2.5-pro-sim-maps", "1 google_maps 0.025"],
])("%s is charged for %s beside its tokens, whole and streamed", async (model, line) => {
  const here = await scene();
  for (const ai of [here.ai, here.vertex]) {
    await ai.models.generateContent({ model, contents: "How?" });
    expect(await nextBill(here)).toEqual(["priced final", line]);
    const stream = await ai.models.generateContentStream({ model, contents: "How?" });
    for await (const chunk of stream) expect(chunk.candidates).toHaveLength(1);
    expect(await nextBill(here)).toEqual(["priced final", line]);
  }
  const kept = here.metered.records.all.flatMap((record) => [record, ...record.items]);
  const texts = kept.flatMap((one) => Object.values(one).map(String));
  expect(texts.filter((text) => text.includes("weather"))).toEqual([]); // what was searched for
});

test("a stream without `alt=sse` is charged for the searches of all its chunks", async () => {
  const here = await scene();
  const path = "/v1beta/models/gemini-3.8-flash-sim-grounded2:streamGenerateContent";
  const body = JSON.stringify({ contents: [{ parts: [{ text: "How?" }] }] });
  const init = { method: "POST", headers: { "x-goog-api-key": "any" }, body };
  await (await here.metered.fetch(here.simulator.url + path, init)).text();
  expect(await nextBill(here)).toEqual(["priced final", "2 google_search 0.028"]);
});

test.each([
  ["imagen-4.0-generate-001", "ok", 4, "4 image 0.16"], // 4 × $0.04
  ["imagen-4.0-fast-generate-001", "ok", 1, "1 image 0.02"],
  ["imagen-4.0-ultra-generate-001", "safety", 3, "2 image 0.12"], // one was withheld
  ["imagen-4.0-generate-001", "blocked", 2, "0 image 0"],
  ["imagen-4.0-generate-001", "huge2", 2, "2 image 0.08"], // a body of 5 MB, parsed by the SDK
])("%s (%s), asked for %i pictures, is charged for %s", async (model, does, count, line) => {
  const here = await scene();
  const config = { numberOfImages: count, includeRaiReason: true };
  await here.vertex.models.generateImages({ model, prompt: `A cat. [[sim:${does}]]`, config });
  expect(await nextBill(here)).toEqual(["priced final", line]);
});

test("pictures in a body too large to be kept are an unknown cost, never none", async () => {
  const here = await scene();
  const path = "/v1/publishers/google/models/imagen-4.0-generate-001:predict";
  const body = JSON.stringify({ instances: [{ prompt: "A cat. [[sim:huge2]]" }] });
  await (await here.metered.fetch(here.simulator.url + path, { method: "POST", body })).text();
  expect(await nextBill(here)).toEqual(["unpriced missing"]);
  expect(here.simulator.calls[0]?.costUsd).toBe("0.04");
});
