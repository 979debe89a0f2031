/**
 * The OpenAI-compatible endpoint: answers of `generateContent` and of embeddings in OpenAI's words.
 *
 * As at Google the completion is without the thoughts, and only the total tells of them. Usage is
 * in a stream where `stream_options.include_usage` asks for it, and then in every chunk.
 */
import { answerTo, type Answer } from "./answer.ts";
import { modelExchange, type ModelReply } from "./body-model.ts";
import type { JsonObject, Question } from "./draft.ts";
import { embeddingTo } from "./embedding.ts";
import { encodeAnswer, encodeEvents, halfOf } from "./encoding.ts";
import type { Arrival, Exchange } from "./exchange.ts";
import { isObject, objects } from "./prompt.ts";
import type { CallFacts, Service } from "./service.ts";
import type { UsageMetadata } from "./usage-metadata.ts";

const GEMINI_API = /^\/v1(?:beta)?\/openai\/(chat\/completions|embeddings)$/;
const VERTEX_AI =
  /^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/endpoints\/openapi\/(chat\/completions)$/;

export class OpenAiService implements Service {
  exchangeFor(arrival: Arrival, facts: CallFacts): Exchange | undefined {
    const { method, url } = arrival;
    const onGemini = GEMINI_API.exec(url.pathname)?.[1];
    const path = onGemini ?? VERTEX_AI.exec(url.pathname)?.[1];
    if (method !== "POST" || path === undefined) return undefined;
    const platform = onGemini === undefined ? "vertex_ai" : "gemini_api";
    const known = { ...facts, platform, operation: path.replace("/", ".") } as const;
    return path === "embeddings"
      ? modelExchange(arrival, known, ({ input }) => textsIn(input), embeddings)
      : modelExchange(arrival, known, ({ messages }) => messages, completion);
  }
}

function textsIn(input: unknown): readonly JsonObject[] {
  return [input].flat().map((text) => ({ text }));
}

function completion(question: Question): ModelReply {
  const { behaviour, body } = question;
  const answer = answerTo(question);
  const { servedModel, usageAtChunk } = answer;
  if (body["stream"] !== true) {
    const { delivery, deliveryAmount } = behaviour;
    const whole = completed(answer.whole, question, "chat.completion", "message");
    return {
      servedModel,
      reply: encodeAnswer({ ...answer, whole }, "unary", delivery, deliveryAmount),
      usage: usageAtChunk.at(-1),
    };
  }
  const events = chunksOf(answer, question);
  const last = behaviour.delivery === "sseerr" ? halfOf(events.length) - 1 : -1;
  return { servedModel, reply: encodeEvents(events, behaviour), usage: usageAtChunk.at(last) };
}

function chunksOf({ chunks }: Answer, question: Question): readonly string[] {
  const options = question.body["stream_options"];
  const hasUsage = isObject(options) && options["include_usage"] === true;
  const events = chunks.map((chunk) => {
    const { usage, ...rest } = completed(chunk, question, "chat.completion.chunk", "delta");
    return { ...rest, ...(hasUsage && usage !== undefined && { usage }) };
  });
  return [...events.map((one) => JSON.stringify(one)), "[DONE]"].map((data) => `data: ${data}\n\n`);
}

/** A body of `generateContent` as OpenAI would word it. */
function completed(
  body: JsonObject,
  { nowMs, platform }: Question,
  object: string,
  said: "message" | "delta",
): JsonObject {
  const [candidate] = objects(body["candidates"]);
  const content = candidate?.["content"];
  const texts = objects(isObject(content) ? content["parts"] : []).map(({ text }) => text);
  const reason = candidate?.["finishReason"];
  const model = String(body["modelVersion"]);
  return {
    id: body["responseId"],
    object,
    created: Math.floor(nowMs / 1_000),
    model: platform === "vertex_ai" ? `google/${model}` : model,
    choices: [
      {
        index: 0,
        [said]: { role: "assistant", content: texts.join("") },
        ...(candidate !== undefined && reason === undefined
          ? {}
          : { finish_reason: FINISH_REASONS[String(reason)] ?? "content_filter" }),
      },
    ],
    ...(isObject(body["usageMetadata"]) && { usage: usageOf(body["usageMetadata"]) }),
  };
}

const FINISH_REASONS: Readonly<Record<string, string>> = { STOP: "stop", MAX_TOKENS: "length" };

function usageOf(usage: UsageMetadata): JsonObject {
  const { promptTokenCount, candidatesTokenCount = 0, totalTokenCount } = usage;
  const { cachedContentTokenCount: cached_tokens, trafficType: traffic_type } = usage;
  return {
    prompt_tokens: promptTokenCount,
    completion_tokens: candidatesTokenCount,
    total_tokens: totalTokenCount,
    ...(cached_tokens !== undefined && { prompt_tokens_details: { cached_tokens } }),
    ...(traffic_type !== undefined && { extra_properties: { google: { traffic_type } } }),
  };
}

function embeddings(question: Question): ModelReply {
  const answer = embeddingTo(question);
  const { servedModel, usageAtChunk } = answer;
  const [usage] = usageAtChunk;
  const tokens = usage?.promptTokenCount;
  const data = textsIn(question.body["input"]).map((_, index) => {
    const embedding = answer.whole["embedding"];
    return { object: "embedding", index, embedding: isObject(embedding) && embedding["values"] };
  });
  const whole = {
    object: "list",
    data,
    model: servedModel,
    ...(question.behaviour.answer !== "nousage" && {
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }),
  };
  const { delivery, deliveryAmount } = question.behaviour;
  const reply = encodeAnswer({ ...answer, whole }, "unary", delivery, deliveryAmount);
  return { servedModel, reply, usage };
}
