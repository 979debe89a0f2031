/** One interaction: what it shows while it runs and when it is done, whole and as events. */
import type { Answer } from "./answer.ts";
import type { JsonObject, Question } from "./draft.ts";
import type { Pieces } from "./pieces.ts";
import { isObject, objects } from "./prompt.ts";
import type { ModalityTokenCount, UsageMetadata } from "./usage-metadata.ts";

const STATUSES: Readonly<Record<string, string>> = {
  STOP: "completed",
  MAX_TOKENS: "incomplete",
  CONTINUATION: "requires_continuation",
};

/** An interaction as it is when it is done, made of the same answer of `generateContent`. */
export function interactionOf(answer: Answer, { sequence, nowMs, body }: Question): JsonObject {
  const [candidate] = objects(answer.whole["candidates"]);
  const content = contentOf(candidate);
  const status = content.some(({ type }) => type === "function_call")
    ? "requires_action"
    : (STATUSES[String(candidate?.["finishReason"])] ?? "failed");
  const at = new Date(nowMs).toISOString();
  return {
    id: `v1_simulated-${String(sequence).padStart(6, "0")}`,
    status,
    object: "interaction",
    created: at,
    updated: at,
    model: answer.servedModel,
    service_tier: answer.usageAtChunk.at(-1)?.serviceTier ?? "standard",
    ...(body["previous_interaction_id"] !== undefined && {
      previous_interaction_id: body["previous_interaction_id"],
    }),
    ...(status === "requires_continuation" && {
      continuation_token: candidate?.["continuationToken"],
    }),
    ...(status === "failed" && { errors: [{ code: "content_blocked", message: "Blocked." }] }),
    ...usageOf(answer.whole, answer.pieces),
    steps: [{ type: "model_output", content }],
  };
}

/** The same while it runs in the background. */
export function running(interaction: JsonObject): JsonObject {
  const { usage: _, steps: __, errors: ___, ...known } = interaction;
  return { ...known, status: "in_progress" };
}

/** The events of its making, with the usage where the chunks of the answer have it. */
export function eventsOf(interaction: JsonObject, { chunks, pieces }: Answer): readonly string[] {
  const { steps: _, usage: __, ...partial } = interaction;
  const index = 0;
  const before = chunks.at(-2) ?? {};
  const hasEnd = objects(chunks.at(-1)?.["candidates"]).some((one) => "finishReason" in one);
  return [
    event("interaction.created", { interaction: { ...partial, status: "in_progress" } }),
    event("interaction.status_update", { interaction_id: partial["id"], status: "in_progress" }),
    event("step.start", { index, step: { type: "model_output" } }),
    ...chunks.flatMap((chunk) =>
      contentOf(objects(chunk["candidates"])[0]).map((delta) =>
        event("step.delta", { index, delta }),
      ),
    ),
    event("step.stop", { index, ...usageOf(before) }),
    ...(hasEnd || interaction["status"] === "failed"
      ? [
          event("interaction.completed", {
            interaction: { ...partial, ...usageOf(chunks.at(-1) ?? {}, pieces) },
          }),
        ]
      : []),
    "event: done\ndata: [DONE]\n\n",
  ];
}

/** What a look at it that asks for a stream is shown. */
export function lookEvents(interaction: JsonObject): readonly string[] {
  return [
    event("interaction.created", { interaction: running(interaction) }),
    event("interaction.completed", { interaction }),
  ];
}

function event(name: string, data: JsonObject): string {
  return `event: ${name}\ndata: ${JSON.stringify({ ...data, event_type: name })}\n\n`;
}

function contentOf(candidate: JsonObject | undefined): readonly JsonObject[] {
  const content = candidate?.["content"];
  return objects(isObject(content) ? content["parts"] : []).map((part) => {
    const { text, functionCall, inlineData } = part;
    if (isObject(functionCall)) {
      return { type: "function_call", id: "call-1", name: functionCall["name"], arguments: {} };
    }
    if (isObject(inlineData)) {
      return { type: "image", mime_type: inlineData["mimeType"], data: inlineData["data"] };
    }
    return { type: "text", text };
  });
}

/** Members of `usageMetadata` by the names that this API has for them; others keep theirs. */
const NAMES: Readonly<Record<string, string>> = {
  promptTokenCount: "total_input_tokens",
  promptTokensDetails: "input_tokens_by_modality",
  cachedContentTokenCount: "total_cached_tokens",
  cacheTokensDetails: "cached_tokens_by_modality",
  toolUsePromptTokenCount: "total_tool_use_tokens",
  toolUsePromptTokensDetails: "tool_use_tokens_by_modality",
  candidatesTokenCount: "total_output_tokens",
  candidatesTokensDetails: "output_tokens_by_modality",
  thoughtsTokenCount: "total_thought_tokens",
  totalTokenCount: "total_tokens",
};

function usageOf({ usageMetadata }: JsonObject, pieces?: Pieces): JsonObject {
  if (!isObject(usageMetadata)) return {};
  const { serviceTier: _, trafficType: __, ...counts } = usageMetadata as UsageMetadata;
  const usage = Object.entries(counts).map(([name, value]) => [
    NAMES[name] ?? name,
    Array.isArray(value) ? value.map(byModality) : value,
  ]);
  const grounding_tool_count = groundingOf(pieces);
  const isGrounded = grounding_tool_count.length > 0;
  return { usage: { ...Object.fromEntries(usage), ...(isGrounded && { grounding_tool_count }) } };
}

function groundingOf({ queries = [], places = false }: Pieces = {}): readonly JsonObject[] {
  const count = new Set(queries).size;
  return [
    ...(count > 0 ? [{ type: "google_search", count }] : []),
    ...(places ? [{ type: "google_maps", count: 1 }] : []),
  ];
}

function byModality({ modality, tokenCount }: ModalityTokenCount): JsonObject {
  return { modality: modality.toLowerCase(), tokens: tokenCount };
}
