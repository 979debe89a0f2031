import { expect, test } from "vitest";

import { routeOf } from "./route.ts";

const at = (path: string) => routeOf("POST", new URL(path, "http://127.0.0.1"));

test.each([
  ["/v1beta/models/gemini-2.5-flash:generateContent", "gemini_api", "generateContent"],
  ["/v1/models/gemini-2.5-flash:countTokens", "gemini_api", "countTokens"],
  ["/v1beta/models/gemini-2.5-flash:embedContent", "gemini_api", "embedContent"],
  ["/v1/models/gemini-2.5-flash:batchEmbedContents", "gemini_api", "batchEmbedContents"],
  [
    "/v1beta1/projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent",
    "vertex_ai",
    "generateContent",
  ],
  ["/v1/publishers/google/models/gemini-2.5-flash:predict", "vertex_ai", "predict"],
  ["/v1beta1/publishers/google/models/gemini-2.5-flash:embedContent", "vertex_ai", "embedContent"],
])("%s is %s %s", (path, platform, operation) => {
  expect(at(path)).toEqual({ platform, operation, model: "gemini-2.5-flash", form: "unary" });
});

test("a stream is SSE only when it is asked for as such", () => {
  const path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
  expect(at(`${path}?alt=sse`)?.form).toBe("sse");
  expect(at(path)?.form).toBe("array");
});

test("a tuned model keeps its collection in its name", () => {
  expect(at("/v1beta/tunedModels/my-tune:generateContent")?.model).toBe("tunedModels/my-tune");
});

test.each([
  "/v1beta/models/gemini-2.5-flash",
  "/v1beta/models/gemini-2.5-flash:explain",
  "/v2/models/gemini-2.5-flash:generateContent",
  "/v1beta/models/gemini-2.5-flash:predict", // Vertex only
  "/v1/publishers/google/models/gemini-2.5-flash:batchEmbedContents", // Gemini API only
  "/v1/projects/p/publishers/google/models/gemini-2.5-flash:generateContent",
])("%s is no URL of Google's", (path) => {
  expect(at(path)).toBeUndefined();
});

test("a method other than POST names no API method", () => {
  const url = new URL("http://127.0.0.1/v1beta/models/gemini-2.5-flash:generateContent");
  expect(routeOf("GET", url)).toBeUndefined();
});
