/**
 * `usage` of the OpenAI-compatible endpoint, brought back to the `usageMetadata` that it was made
 * from.
 *
 * Google's completion tokens are without the thoughts, and mostly nothing but the total tells of
 * them: 9 + 1 = 103 was seen (discuss.ai.google.dev, thread 127400). What the total has beyond the
 * parts is taken for thoughts. It could also be text that a search brought in, at the lower rate of
 * input, for an app that asks for one through this endpoint.
 */
import { countIn, type JsonObject, objectIn } from "./json.ts";
import { readUsageMetadata, type UsageReading } from "./usage-metadata.ts";

const MODALITIES: ReadonlyMap<string, string> = new Map([
  ["text_tokens", "TEXT"],
  ["image_tokens", "IMAGE"],
  ["audio_tokens", "AUDIO"],
  ["video_tokens", "VIDEO"],
]);

/**
 * The tokens in `usage`; undefined when it names none, or only zeros: an answer of status 200 has
 * read something.
 */
export function readOpenAiUsage(value: unknown): UsageReading | undefined {
  const {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
    prompt_tokens_details: promptDetails,
    completion_tokens_details: completionDetails,
    extra_properties: _, // Vertex AI's tier
    ...others
  } = objectIn(value) ?? {};
  const { cached_tokens: cached, ...ofPrompt } = objectIn(promptDetails) ?? {};
  const { reasoning_tokens: reasoning, ...ofCompletion } = objectIn(completionDetails) ?? {};
  if (!countIn(prompt) && !countIn(total)) return undefined;
  return readUsageMetadata({
    ...others,
    ...otherIn(ofPrompt),
    ...otherIn(ofCompletion),
    promptTokenCount: prompt,
    promptTokensDetails: splitIn(ofPrompt),
    cachedContentTokenCount: cached,
    candidatesTokenCount: completion,
    candidatesTokensDetails: splitIn(ofCompletion),
    thoughtsTokenCount: countIn(reasoning) ? reasoning : beyond(total, prompt, completion),
    totalTokenCount: total,
  });
}

function beyond(total: unknown, prompt: unknown, completion: unknown): number {
  const parts = (countIn(prompt) ?? 0) + (countIn(completion) ?? 0);
  return Math.max(0, (countIn(total) ?? 0) - parts);
}

function splitIn(details: JsonObject): readonly object[] {
  return Array.from(MODALITIES, ([name, modality]) => ({ modality, tokenCount: details[name] }));
}

/** Details of a kind that isn't known here. */
function otherIn(details: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !MODALITIES.has(name)));
}
