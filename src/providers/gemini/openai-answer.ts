/** What an answer of the OpenAI-compatible endpoint says, whole or as the chunks of a stream. */
import type { Answer, Operation, ResponseFacts } from "../operation.ts";
import { errorIn } from "./error.ts";
import { type JsonObject, objectIn, objectsIn, textIn } from "./json.ts";
import { readOpenAiUsage } from "./openai-usage.ts";
import { bareModel } from "./requested-model.ts";
import { tierInHeader, tierNamed } from "./service-tier.ts";

/** Google writes the usage into every chunk of a stream, OpenAI into one behind the last choice. */
export const OPENAI_MEMBERS: Operation["members"] = {
  sparse: ["usage", "finish_reason", "error"],
  common: ["id", "model", "service_tier"],
};

/** Tiers that leave the choice to Google. */
const UNDECIDED: ReadonlySet<unknown> = new Set(["auto", "default"]);

export function readOpenAiAnswer({ payloads, header }: Answer): ResponseFacts {
  const tier = tierInHeader(header);
  const first: ResponseFacts = tier === undefined ? {} : { serviceTier: tier };
  return payloads.reduce<ResponseFacts>(
    (facts, payload) => ({ ...facts, ...readOne(objectIn(payload) ?? {}) }),
    first,
  );
}

function readOne(answer: JsonObject): ResponseFacts {
  const model = textIn(answer["model"]);
  const responseId = textIn(answer["id"]);
  const serviceTier = tierIn(answer);
  const error = errorIn(answer["error"]);
  return {
    ...(model !== undefined && { model: bareModel(model) }),
    ...(responseId !== undefined && { responseId }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...usageIn(answer),
    ...endingOf(answer),
    ...(error !== undefined && { error }),
  };
}

function usageIn(answer: JsonObject): ResponseFacts {
  const reading = readOpenAiUsage(answer["usage"]);
  if (reading === undefined) return {};
  const { tokens, mismatch, hasUnknownCounts } = reading;
  return { tokens, tokensMismatch: mismatch, hasUncountedItems: hasUnknownCounts };
}

function endingOf(answer: JsonObject): ResponseFacts {
  // Salvaged members stand by themselves, without the choice that they were found in.
  const choices = [...objectsIn(answer["choices"]), answer];
  const reasons = choices.flatMap((one) => textIn(one["finish_reason"]) ?? []);
  if (reasons.length === 0) return {};
  const isWithheld = reasons.every((reason) => reason === "content_filter");
  return { finishReasons: reasons, ...(isWithheld && { blockReason: "content_filter" }) };
}

function tierIn(answer: JsonObject): string | undefined {
  const ofVertex = objectIn(objectIn(answer["usage"])?.["extra_properties"])?.["google"];
  const tier = objectIn(ofVertex)?.["traffic_type"] ?? answer["service_tier"];
  return UNDECIDED.has(tier) ? undefined : tierNamed(textIn(tier));
}
