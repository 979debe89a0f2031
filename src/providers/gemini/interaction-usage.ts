/**
 * `usage` of the Interactions API: `usageMetadata` by other names, and searches counted beside it.
 */
import type { Platform } from "../../pricing/list-price.ts";
import type { UsedItem } from "../../usage/items.ts";
import type { ResponseFacts } from "../operation.ts";
import { countIn, objectIn, objectsIn, textIn } from "./json.ts";
import { readUsageMetadata } from "./usage-metadata.ts";

/** `total_reasoning_tokens` is the name until December 2025, `initial_input_tokens` the SDK's own. */
const COUNTS: ReadonlyMap<string, string> = new Map([
  ["total_input_tokens", "promptTokenCount"],
  ["total_cached_tokens", "cachedContentTokenCount"],
  ["total_tool_use_tokens", "toolUsePromptTokenCount"],
  ["total_output_tokens", "candidatesTokenCount"],
  ["total_thought_tokens", "thoughtsTokenCount"],
  ["total_reasoning_tokens", "thoughtsTokenCount"],
  ["total_tokens", "totalTokenCount"],
  ["initial_input_tokens", "initialPromptTokenCount"],
]);
const SPLITS: ReadonlyMap<string, string> = new Map([
  ["input_tokens_by_modality", "promptTokensDetails"],
  ["cached_tokens_by_modality", "cacheTokensDetails"],
  ["tool_use_tokens_by_modality", "toolUsePromptTokensDetails"],
  ["output_tokens_by_modality", "candidatesTokensDetails"],
]);
const GROUNDING = "grounding_tool_count";

/**
 * What `usage` says. A member of a name that isn't known here may be of tokens that are billed: of
 * a stored conversation, `raw_prompt_token` was seen to be all of it, and `total_input_tokens` the
 * last turn (discuss.ai.google.dev, thread 187450). Then the cost is a lower bound; the documented
 * members alone are taken at their word.
 */
export function readInteractionUsage(
  value: unknown,
  platform: Platform,
): Pick<ResponseFacts, "tokens" | "tokensMismatch" | "items" | "hasUncountedItems"> {
  const usage = objectIn(value);
  if (usage === undefined) return {};
  const renamed: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(usage)) {
    const split = SPLITS.get(name);
    if (split !== undefined) renamed[split] = details(member);
    else if (name !== GROUNDING) renamed[COUNTS.get(name) ?? name] = member;
  }
  const reading = readUsageMetadata(renamed);
  const { items, hasUnknown } = groundingIn(usage[GROUNDING], platform);
  if (reading === undefined) return items.length > 0 ? { items } : {};
  return {
    tokens: reading.tokens,
    tokensMismatch: reading.mismatch,
    ...(items.length > 0 && { items }),
    hasUncountedItems: hasUnknown || reading.hasUnknownCounts,
  };
}

/** `{ modality: "text", tokens }` as `{ modality: "TEXT", tokenCount }`. */
function details(split: unknown): readonly object[] {
  return objectsIn(split).map(({ modality, tokens }) => ({
    modality: textIn(modality)?.toUpperCase(),
    tokenCount: tokens,
  }));
}

/**
 * `retrieval` is a search in the app's own files: not billed on the Gemini API, where only the text
 * that it finds is, as tokens; Vertex AI has a price for it that isn't known here.
 */
function groundingIn(
  counts: unknown,
  platform: Platform,
): { readonly items: readonly UsedItem[]; readonly hasUnknown: boolean } {
  const items: UsedItem[] = [];
  let hasUnknown = false;
  for (const { type, count } of objectsIn(counts)) {
    const quantity = countIn(count);
    if (quantity === 0) continue;
    const isSearch = type === "google_search" || type === "google_maps";
    if (isSearch && quantity !== undefined) items.push({ kind: type, quantity });
    else if (type !== "retrieval" || platform === "vertex_ai") hasUnknown = true;
  }
  return { items, hasUnknown };
}
