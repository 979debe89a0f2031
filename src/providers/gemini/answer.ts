/**
 * What one answer of the Gemini API, or one event of its stream, says of the call.
 *
 * Only what is needed is looked at, never the content. A fact that an answer doesn't state leaves what
 * an earlier one said as it is, so the facts of a stream's events add up, and the latest counts.
 */
import type { Answer, Operation, ResponseFacts } from "../operation.ts";
import { readItems } from "./answer-items.ts";
import { errorIn } from "./error.ts";
import { QUERY_MEMBERS } from "./grounding.ts";
import { type JsonObject, objectIn, objectsIn, textIn } from "./json.ts";
import { tierInHeader, tierNamed } from "./service-tier.ts";
import { readEmbeddingStatistics, readUsageMetadata } from "./usage-metadata.ts";

/** The members that are read, wherever they stand; see `Operation.members`. */
export const ANSWER_MEMBERS: Operation["members"] = {
  sparse: ["usageMetadata", "finishReason", "promptFeedback", "groundingMetadata", "error"],
  parted: QUERY_MEMBERS,
  common: ["modelVersion", "responseId", "predictions"],
};

/** Finish reasons by which an answer, or the rest of it, is withheld from the app. */
const WITHHELD: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
  "MODEL_ARMOR",
  "JAILBREAK",
]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The facts in an answer, whole or streamed; what a later event says counts, items all together. */
export function readAnswer({ payloads, header }: Answer): ResponseFacts {
  const tier = tierInHeader(header);
  const facts: Writable<ResponseFacts> = tier === undefined ? {} : { serviceTier: tier };
  for (const payload of payloads) addAnswer(facts, payload);
  return Object.assign(facts, readItems(objectsIn(payloads.map(answerIn))));
}

function answerIn(payload: unknown): JsonObject | undefined {
  const outer = objectIn(payload);
  return objectIn(outer?.["response"]) ?? outer;
}

/**
 * Adds the facts in one parsed answer, whole or salvaged member by member, or in one event of a stream;
 * also one level down under `response`, where batches and gateways put it.
 */
function addAnswer(facts: Writable<ResponseFacts>, payload: unknown): void {
  const outer = objectIn(payload);
  if (outer === undefined) return;
  const answer = answerIn(outer) ?? outer;

  const model = textIn(answer["modelVersion"]);
  if (model !== undefined) facts.model = model;
  const responseId = textIn(answer["responseId"]);
  if (responseId !== undefined) facts.responseId = responseId;
  addUsage(facts, answer);
  addEnding(facts, answer);
  const error = errorIn(outer["error"] ?? answer["error"]);
  if (error !== undefined) facts.error = error;
}

function addUsage(facts: Writable<ResponseFacts>, answer: JsonObject): void {
  const usage = objectIn(answer["usageMetadata"]);
  const tier = tierIn(usage);
  if (tier !== undefined) facts.serviceTier = tier;
  const reading = readUsageMetadata(usage) ?? readEmbeddingStatistics(answer["predictions"]);
  if (reading === undefined) return;
  facts.tokens = reading.tokens;
  facts.tokensMismatch = reading.mismatch;
  if (reading.hasUnknownCounts) facts.hasUncountedItems = true;
}

function addEnding(facts: Writable<ResponseFacts>, answer: JsonObject): void {
  // Salvaged members stand by themselves, without the candidate that they were found in.
  const reasons: string[] = [];
  for (const candidate of [...objectsIn(answer["candidates"]), answer]) {
    const reason = textIn(candidate["finishReason"]);
    if (reason !== undefined) reasons.push(reason);
  }
  if (reasons.length > 0) facts.finishReasons = reasons;

  const promptBlock = textIn(objectIn(answer["promptFeedback"])?.["blockReason"]);
  const allWithheld = reasons.every((reason) => WITHHELD.has(reason));
  const block = promptBlock ?? (allWithheld ? reasons[0] : undefined);
  if (block !== undefined && !block.endsWith("_UNSPECIFIED")) facts.blockReason = block;
}

/** The tier that was served: the Gemini API's name for it, or Vertex AI's. */
function tierIn(usage: JsonObject | undefined): string | undefined {
  return tierNamed(textIn(usage?.["serviceTier"]) ?? textIn(usage?.["trafficType"]));
}
