/**
 * A `fetch` that answers as Gemini does and uses no network: what is left is the client's own work.
 *
 * The bodies are real ones, read through real `Response` objects of the kind that `fetch` makes.
 */
import type { Shape } from "./variant.ts";

const CHUNKS = 20;
const TEXT = "A brand pays for what it asks, to the cent, and no call is lost. ";
const JSON_TYPE = { "content-type": "application/json; charset=UTF-8" };
const SSE_TYPE = { "content-type": "text/event-stream" };

const ANSWER = JSON.stringify(answer(TEXT.repeat(CHUNKS), CHUNKS));
const EVENTS = Array.from({ length: CHUNKS }, (_, index) =>
  Buffer.from(`data: ${JSON.stringify(answer(TEXT, index + 1))}\r\n\r\n`),
);

/** Answers by the URL, at once. */
export async function geminiDouble(input: Parameters<typeof fetch>[0]): Promise<Response> {
  const url = input instanceof Request ? input.url : input.toString();
  const shape: Shape = url.includes(":streamGenerateContent") ? "stream" : "unary";
  return shape === "unary"
    ? new Response(ANSWER, { headers: JSON_TYPE })
    : new Response(streamOf(EVENTS), { headers: SSE_TYPE });
}

/** Usage is a running total; the last of the parts has the finish reason. */
function answer(text: string, parts: number): object {
  const candidates = 16 * parts;
  return {
    candidates: [
      {
        content: { parts: [{ text }], role: "model" },
        ...(parts === CHUNKS ? { finishReason: "STOP" } : {}),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 412,
      candidatesTokenCount: candidates,
      totalTokenCount: 412 + candidates + 96,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: 412 }],
      thoughtsTokenCount: 96,
    },
    modelVersion: "gemini-2.5-flash",
    responseId: "cMkkadzRLJGnxN8Pm6KCiQc",
  };
}

/** One chunk a read, copied as from a socket, since the reader may transfer it away. */
function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(Uint8Array.from(chunk));
    },
  });
}
