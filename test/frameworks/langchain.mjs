/** An app on LangChain, with a callback that is told of every model call. */
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings } from "@langchain/google-genai";
import { z } from "zod";

import { report, start } from "./observed.mjs";

const options = { apiKey: "test-key", baseUrl: process.env.GOOGLE_GEMINI_BASE_URL };
const callbacks = [{ handleLLMEnd: () => undefined, handleLLMNewToken: () => undefined }];
const chat = (model) => new ChatGoogleGenerativeAI({ ...options, model, callbacks });
const price = tool(() => ({ euros: 12 }), {
  name: "price",
  description: "The price.",
  schema: z.object({ of: z.string().optional() }),
});
const model = chat("gemini-2.5-flash");
const calling = chat("gemini-2.5-flash-sim-afc2").bindTools([price]);
const embeddings = new GoogleGenerativeAIEmbeddings({ ...options, model: "gemini-embedding-001" });

async function drained(stream) {
  for await (const chunk of stream) void chunk;
}

/** Asks until the model calls no tool any more. */
async function answerWithTools(prompt) {
  const messages = [new HumanMessage(prompt)];
  for (;;) {
    const answer = await calling.invoke(messages);
    if (answer.tool_calls.length === 0) return;
    const results = answer.tool_calls.map(
      ({ id, name }) => new ToolMessage({ content: "12", name, tool_call_id: id }),
    );
    messages.push(answer, ...results);
  }
}

const CALLS = {
  generate: (prompt) => model.invoke(prompt),
  stream: async (prompt) => drained(await model.stream(prompt)),
  embed: (text) => embeddings.embedQuery(text),
  embedMany: (text) => embeddings.embedDocuments([text, "and more"]),
  tools: answerWithTools,
  retry: (prompt) => chat("gemini-2.5-flash-sim-503once").invoke(prompt),
};

start();
await report(CALLS);
