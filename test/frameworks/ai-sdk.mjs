/** An app on Vercel's AI SDK, which traces its calls as well. */
import { createGoogle } from "@ai-sdk/google";
import { OpenTelemetry } from "@ai-sdk/otel";
import {
  embed,
  embedMany,
  generateText,
  isStepCount,
  registerTelemetry,
  streamText,
  tool,
} from "ai";
import { z } from "zod";

import { report, start } from "./observed.mjs";

const google = createGoogle({
  apiKey: "test-key",
  baseURL: `${process.env.GOOGLE_GEMINI_BASE_URL}/v1beta`,
});
const price = tool({
  description: "The price.",
  inputSchema: z.object({ of: z.string().optional() }),
  execute: () => ({ euros: 12 }),
});
const model = google("gemini-2.5-flash");
const calling = {
  model: google("gemini-2.5-flash-sim-afc2"),
  tools: { price },
  stopWhen: isStepCount(5),
};
const embedding = google.embedding("gemini-embedding-001");

async function drained({ textStream }) {
  for await (const text of textStream) void text;
}

const CALLS = {
  generate: (prompt) => generateText({ model, prompt }),
  stream: (prompt) => drained(streamText({ model, prompt })),
  embed: (value) => embed({ model: embedding, value }),
  embedMany: (value) => embedMany({ model: embedding, values: [value, "and more"] }),
  tools: (prompt) => generateText({ ...calling, prompt }),
  toolsStream: (prompt) => drained(streamText({ ...calling, prompt })),
  retry: (prompt) => generateText({ model: google("gemini-2.5-flash-sim-503once"), prompt }),
};

start();
registerTelemetry(new OpenTelemetry());
await report(CALLS);
