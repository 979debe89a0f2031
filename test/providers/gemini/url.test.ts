import { expect, test } from "vitest";

import { addressOf, baseUrlOf, modelCallAt } from "../../../src/providers/gemini/url.ts";

const DEVELOPER = "https://generativelanguage.googleapis.com";
const VERTEX = "https://us-central1-aiplatform.googleapis.com";
const PROJECT = "projects/p/locations/us-central1";

/** `"gemini_api generateContent gemini-2.5-flash"`. */
function read(url: string, baseUrls: readonly string[] = []): string | undefined {
  const address = addressOf(new URL(url), baseUrls.map(baseUrlOf));
  const call = address && modelCallAt(address);
  return call && `${address.platform} ${call.method} ${call.model ?? "-"}`;
}

test.each([
  ["/v1beta/models/gemini-2.5-flash:generateContent", "generateContent gemini-2.5-flash"],
  [
    "/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    "streamGenerateContent gemini-2.5-flash",
  ],
  [
    "/v1alpha/models/gemini-2.5-flash:generateContent?key=secret",
    "generateContent gemini-2.5-flash",
  ],
  ["/models/gemini-2.5-flash:generateContent", "generateContent gemini-2.5-flash"], // no version
  ["//v1beta/models/gemini-2.5-flash:generateContent", "generateContent gemini-2.5-flash"], // base URL with a slash
  ["/v1beta/models%2Fgemini-2.5-flash:generateContent", "generateContent gemini-2.5-flash"],
  ["/v1beta/models/gemini-2.5-flash%3AgenerateContent", "generateContent gemini-2.5-flash"],
  ["/v1beta/models/models%2Fgemini-2.5-flash:generateContent", "generateContent gemini-2.5-flash"],
  ["/v1beta/models/gemini-embedding-001:embedContent", "embedContent gemini-embedding-001"],
  [
    "/v1beta/models/gemini-embedding-001:batchEmbedContents",
    "batchEmbedContents gemini-embedding-001",
  ],
  ["/v1beta/models/gemini-2.5-flash:countTokens", "countTokens gemini-2.5-flash"],
  ["/v1beta/models/gemini-2.5-flash:batchGenerateContent", "batchGenerateContent gemini-2.5-flash"],
  ["/v1beta/models/veo-3.1:predictLongRunning", "predictLongRunning veo-3.1"],
  ["/v1beta/models/gemini-9:inventSomething", "inventSomething gemini-9"], // new, and likely billed
  ["/v1beta/tunedModels/mine:generateContent", "generateContent tunedModels/mine"],
])("the Developer API's %s is %s", (path, shown) => {
  expect(read(DEVELOPER + path)).toBe(`gemini_api ${shown}`);
});

test.each([
  [
    `/v1beta1/${PROJECT}/publishers/google/models/gemini-2.5-pro:generateContent`,
    "generateContent gemini-2.5-pro",
  ],
  [
    `/v1/${PROJECT}/publishers/google/models/gemini-2.5-pro:streamGenerateContent`,
    "streamGenerateContent gemini-2.5-pro",
  ],
  [
    "/v1beta1/publishers/google/models/gemini-2.5-pro:generateContent",
    "generateContent gemini-2.5-pro",
  ], // express mode
  [
    `/v1/${PROJECT}/publishers/google/models/gemini-embedding-001:predict`,
    "predict gemini-embedding-001",
  ],
  [
    `/v1/${PROJECT}/publishers/google/models/gemini-2.5-pro:computeTokens`,
    "computeTokens gemini-2.5-pro",
  ],
  [
    `/v1/${PROJECT}/publishers/anthropic/models/claude-x:streamRawPredict`,
    "streamRawPredict claude-x",
  ],
  [`/v1/${PROJECT}/endpoints/123:generateContent`, "generateContent -"], // tuned: the answer tells
  [`/v1/${PROJECT}/endpoints/123:predict`, "predict -"],
  [`/v1beta1/${PROJECT}/models/gemini-2.5-pro:generateContent`, "generateContent gemini-2.5-pro"],
])("Vertex AI's %s is %s", (path, shown) => {
  expect(read(VERTEX + path)).toBe(`vertex_ai ${shown}`);
});

const CALL = "/v1/publishers/google/models/gemini-2.5-pro:generateContent";

test.each([
  ["aiplatform.googleapis.com", "vertex_ai"],
  ["europe-west4-aiplatform.googleapis.com", "vertex_ai"],
  ["aiplatform.eu.rep.googleapis.com", "vertex_ai"],
  ["EUROPE-WEST4-aiplatform.googleapis.com", "vertex_ai"],
  ["aiplatform.googleapis.com.", "vertex_ai"],
  ["generativelanguage.googleapis.com.:443", "gemini_api"],
  ["aiplatform.googleapis.com.evil.org", undefined],
  ["evilaiplatform.googleapis.com", undefined],
  ["eu.rep.googleapis.com", undefined],
  ["storage.googleapis.com", undefined],
  ["generativelanguage.googleapis.com.evil.org", undefined],
])("the host %s is %s", (host, platform) => {
  const shown = platform && `${platform} generateContent gemini-2.5-pro`;
  expect(read(`https://${host}${CALL}`)).toBe(shown);
});

test.each([
  `${DEVELOPER}/v1beta/models`,
  `${DEVELOPER}/v1beta/models/gemini-2.5-flash`,
  `${DEVELOPER}/v1beta/cachedContents`,
  `${DEVELOPER}/upload/v1beta/files`,
  `${DEVELOPER}/v1beta/files/abc:download`,
  `${DEVELOPER}/v1beta/models/a/b:generateContent`,
  `${DEVELOPER}/`,
  `${VERTEX}/v1/${PROJECT}/models/123:copy`, // manages a model of the user's, and calls none
  `${VERTEX}/v1/${PROJECT}/endpoints/123:deployModel`,
  `${VERTEX}/v1/${PROJECT}/cachedContents`,
])("%s calls no model", (url) => {
  expect(read(url)).toBeUndefined();
});

test("a path that can't be decoded is read as it stands", () => {
  expect(read(`${DEVELOPER}/v1beta/models/%ff:generateContent`)).toBe(
    "gemini_api generateContent %ff",
  );
});

test.each([
  ["http://127.0.0.1:8080/v1beta/models/m:generateContent", "gemini_api generateContent m"],
  [`http://127.0.0.1:8080${CALL}`, "vertex_ai generateContent gemini-2.5-pro"],
  [`http://127.0.0.1:8080/v1/${PROJECT}/endpoints/1:predict`, "vertex_ai predict -"],
  ["https://gateway.example/gemini/v1/models/m:generateContent", "gemini_api generateContent m"],
  ["https://gateway.example/geminis/v1/models/m:generateContent", undefined], // another path
  ["https://gateway.example/v1/models/m:generateContent", undefined],
  ["http://gateway.example/gemini/v1/models/m:generateContent", undefined], // another scheme
  ["http://127.0.0.1:8081/v1/models/m:generateContent", undefined], // another port
  ["http://127.0.0.1:8080/v1/chat", undefined],
])("behind base URLs of the user's, %s is %s", (url, shown) => {
  const baseUrls = ["http://127.0.0.1:8080", "https://gateway.example/gemini/"];
  expect(read(url, baseUrls)).toBe(shown);
});

test("a long path made to confuse is no work", () => {
  const path = "/models/x:".repeat(20_000);
  expect(read(DEVELOPER + path)).toBeUndefined();
});
