import { type CallableTool, GoogleGenAI } from "@google/genai";
import { expect, test } from "vitest";

import { currentTags, withUsage } from "../../src/usage/tags.ts";

const CALL = { functionCall: { name: "weather", args: {} } };
const TEXT = { text: "Sunny." };

const weather: CallableTool = {
  tool: async () => ({ functionDeclarations: [{ name: "weather" }] }),
  callTool: async () => [{ functionResponse: { name: "weather", response: {} } }],
};

function streamOf(part: object): Response {
  const answer = { candidates: [{ content: { role: "model", parts: [part] } }] };
  return new Response(`data: ${JSON.stringify(answer)}\r\n\r\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

test("both rounds of a function call bear the tags of the call, whoever reads the stream", async () => {
  const brands: (string | undefined)[] = [];
  const before = globalThis.fetch;
  globalThis.fetch = async () => {
    brands.push(currentTags().brand);
    return streamOf(brands.length === 1 ? CALL : TEXT);
  };
  try {
    const { models } = new GoogleGenAI({ apiKey: "any" });
    const request = { model: "gemini-2.5-flash", contents: "Hi", config: { tools: [weather] } };
    const stream = await withUsage({ brand: "acme" }, () => models.generateContentStream(request));
    await withUsage({ brand: "reader" }, () => Array.fromAsync(stream));
  } finally {
    globalThis.fetch = before;
  }
  expect(brands).toEqual(["acme", "acme"]);
});
