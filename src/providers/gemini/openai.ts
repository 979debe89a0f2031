/**
 * The OpenAI-compatible endpoint: `…/v1beta/openai/chat/completions`, and on Vertex AI
 * `…/endpoints/openapi/chat/completions`.
 *
 * What is posted there is counted even when the method is new, as unpriced, rather than missed.
 */
import type { Operation } from "../operation.ts";
import { priced } from "./billing.ts";
import { OPENAI_MEMBERS, readOpenAiAnswer } from "./openai-answer.ts";
import { requestedModelIn } from "./requested-model.ts";
import { commonOf, type SurfaceRequest } from "./surface.ts";

/** Of Vertex AI also endpoints of the user's own, of which no price is known. */
const OPENAI_METHOD = /\/(?:openai|endpoints\/[^/]+)\/(?<method>[a-z_]{1,32}(?:\/[a-z_]{1,32})*)$/;
/** What is kept there for later, and calls no model by itself. */
const KEPT = /^(?:batches|files|uploads|models)\b/;
const STREAMED = /"stream"\s*:\s*true\b/;

export function openAi(asked: SurfaceRequest): Operation | undefined {
  const { request, path } = asked;
  const method = OPENAI_METHOD.exec(path)?.groups?.["method"];
  if (method === undefined || request.method !== "POST" || KEPT.test(method)) return undefined;
  const name = method.replaceAll("/", ".");
  const requestedModel = requestedModelIn(request);
  return {
    ...commonOf(asked),
    genAiOperation: name === "chat.completions" ? "chat" : name.replaceAll(".", "_"),
    name,
    requestedModel,
    streaming: STREAMED.test(request.bodyText() ?? ""),
    billed: true,
    members: OPENAI_MEMBERS,
    read: readOpenAiAnswer,
    price: (outcome) => priced(outcome, requestedModel, asked),
  };
}
