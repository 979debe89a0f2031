import { expect, test } from "vitest";

import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Session } from "../../../src/providers/operation.ts";
import { aRequest } from "../../support/provider-request.ts";

const GEMINI =
  "https://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent";
const AN_ANSWER = { header: () => undefined, complete: true };

function sessionAt(url: string, baseUrls: readonly string[] = []): Session | undefined {
  const provider = createGeminiProvider({ baseUrls, priceBook: geminiPriceBook() });
  return provider.matchSession?.(aRequest("GET", url));
}

test.each([
  [GEMINI, "gemini_api"],
  [`${GEMINI}?key=secret`, "gemini_api"],
  [`${GEMINI}Constrained?access_token=secret`, "gemini_api"],
  [VERTEX, "vertex_ai"],
])("%s is a session on %s", (url, platform) => {
  expect(sessionAt(url)?.operation).toMatchObject({ name: "bidiGenerateContent", platform });
});

test.each([
  [
    "https://proxy.example/google/ws/google.ai.generativelanguage.v1.GenerativeService.BidiGenerateContent",
    "gemini_api",
  ],
  [
    "https://proxy.example/google//ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent",
    "vertex_ai",
  ],
])("behind a base URL, %s is one on %s", (url, platform) => {
  expect(sessionAt(url, ["https://proxy.example/google"])?.operation.platform).toBe(platform);
  expect(sessionAt(url)).toBeUndefined();
});

test.each([
  GEMINI.replace("BidiGenerateContent", "BidiGenerateMusic"),
  `${GEMINI}/more`,
  "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
  GEMINI.replace("generativelanguage.googleapis.com", "example.com"),
])("%s is none", (url) => {
  expect(sessionAt(url)).toBeUndefined();
});

test.each([
  "models/gemini-3.1-flash-live-preview",
  "projects/p/locations/l/publishers/google/models/gemini-3.1-flash-live-preview",
])("the setup names the model: %s", (model) => {
  const operation = sessionAt(GEMINI)!.setUp(JSON.stringify({ setup: { model } }));
  expect(operation.requestedModel).toBe("gemini-3.1-flash-live-preview");
});

test("what the system is told can't pass for the model", () => {
  const systemInstruction = { parts: [{ text: '"model": "gemini-2.5-flash"' }] };
  const message = JSON.stringify({ setup: { systemInstruction, model: "models/gemini-3.8-live" } });
  expect(sessionAt(GEMINI)!.setUp(message).requestedModel).toBe("gemini-3.8-live");
});

test.each(["", "[]", '"hello"', "{"])("a setup of %j names no model", (message) => {
  expect(sessionAt(GEMINI)!.setUp(message).requestedModel).toBeUndefined();
});

test.each([
  [{ setupComplete: {} }, { generates: false, endsTurn: false }],
  [{ serverContent: { turnComplete: true } }, { generates: false, endsTurn: false }],
  [
    { serverContent: { inputTranscription: { text: '"modelTurn"' } } },
    { generates: false, endsTurn: false },
  ],
  [{ serverContent: { modelTurn: { parts: [] } } }, { generates: true, endsTurn: false }],
  [{ toolCall: { functionCalls: [] } }, { generates: true, endsTurn: false }],
  [{ usageMetadata: { promptTokenCount: 1 } }, { generates: false, endsTurn: true }],
  [{ serverContent: { groundingMetadata: {} } }, { generates: false, endsTurn: false }],
])("%j says of the turn: %o", (message, said) => {
  expect(sessionAt(GEMINI)!.read(JSON.stringify(message))).toMatchObject(said);
});

test.each(['{"usageMetadata":', '"usageMetadata"', '["usageMetadata"]', '{"usageMetadata":7}'])(
  "%s is no usage",
  (message) => {
    expect(sessionAt(GEMINI)!.read(message).endsTurn).toBe(false);
  },
);

test("a turn is read from what was found on the way: searches, and the usage", () => {
  const session = sessionAt(GEMINI)!;
  const operation = session.setUp('{"setup":{"model":"models/gemini-3.1-flash-live-preview"}}');
  const payloads = [
    { serverContent: { groundingMetadata: { webSearchQueries: ["a", "b"] } } },
    {
      serverContent: { turnComplete: true },
      usageMetadata: {
        promptTokenCount: 1_000,
        responseTokenCount: 200,
        totalTokenCount: 1_200,
        promptTokensDetails: [{ modality: "AUDIO", tokenCount: 1_000 }],
        responseTokensDetails: [{ modality: "AUDIO", tokenCount: 200 }],
      },
    },
  ].map((message) => session.read(JSON.stringify(message)).payload);
  const facts = operation.read({ ...AN_ANSWER, payloads });
  expect(facts).toMatchObject({
    tokens: { input: 1_000, output: 200, modalities: { input: { audio: 1_000 } } },
    items: [{ kind: "google_search", quantity: 2 }],
  });
  const cost = operation.price({
    facts,
    httpStatusCode: 101,
    neverSent: false,
    usageStatus: "final",
    startedAtMs: Date.UTC(2026, 10, 24),
  });
  // 1 000 × $3/M + 200 × $12/M + 2 × $0.014 = $0.003 + $0.0024 + $0.028
  expect(cost).toMatchObject({ cost: 33_400_000_000n, priceStatus: "priced" });
});
