/** Answers of `generateContent`: one body, or the same as the chunks of a stream. */
import { draftFor, type Draft, type JsonObject, type Question } from "./draft.ts";
import type { Pieces } from "./pieces.ts";
import { runningTotal, usageMetadataOf, type UsageMetadata } from "./usage-metadata.ts";

export interface Answer {
  /** The model that the answer says it is from, and that is billed. */
  readonly servedModel: string;
  readonly whole: JsonObject;
  readonly chunks: readonly JsonObject[];
  /** What has been generated, and is billed, when each chunk leaves. */
  readonly usageAtChunk: readonly UsageMetadata[];
  /** What is billed beside it, whatever chunk is the last to leave. */
  readonly pieces?: Pieces;
}

export function answerTo(question: Question): Answer {
  const draft = draftFor(question);
  const usage = finalUsage(draft, question);
  const count = draft.blockReason === undefined ? question.chunks : 1;
  const steps = Array.from({ length: count }, (_, index) => index + 1);
  return {
    servedModel: draft.servedModel,
    whole: body(draft, question, 1, 1, usage),
    chunks: steps.map((step) => body(draft, question, step, count, usageOnWire(step))),
    usageAtChunk: steps.map((step) => runningTotal(usage, step, count)),
    ...(draft.pieces && { pieces: draft.pieces }),
  };

  function usageOnWire(step: number): UsageMetadata | undefined {
    if (question.behaviour.answer === "gap") return step === 1 ? usage : undefined;
    if (question.platform === "vertex_ai" && step < count) {
      // Vertex counts in the last chunk only, yet every chunk carries the member.
      return usage.trafficType === undefined ? {} : { trafficType: usage.trafficType };
    }
    return runningTotal(usage, step, count);
  }
}

function finalUsage({ counts }: Draft, { platform, prompt, body }: Question): UsageMetadata {
  if (prompt.usage !== undefined) return prompt.usage;
  const usage = usageMetadataOf(counts);
  if (platform === "vertex_ai") return { ...usage, trafficType: "ON_DEMAND" };
  const asked = body["serviceTier"];
  return { ...usage, serviceTier: typeof asked === "string" ? asked : "standard" };
}

function body(
  draft: Draft,
  { behaviour, platform, sequence, nowMs }: Question,
  step: number,
  of: number,
  usage: UsageMetadata | undefined,
): JsonObject {
  const isLast = step === of;
  const text = slice(Array.from(draft.text), step, of).join("");
  const parts = [...(text === "" ? [] : [{ text }]), ...(isLast ? draft.parts : [])];
  const candidate = {
    ...(parts.length > 0 && { content: { parts, role: "model" } }),
    ...(isLast && draft.finishReason !== undefined && { finishReason: draft.finishReason }),
    index: 0,
    ...grounding(draft, step, of),
    ...(isLast && draft.candidate),
  };
  return {
    ...(draft.blockReason === undefined
      ? { candidates: [candidate] }
      : { promptFeedback: { blockReason: draft.blockReason } }),
    ...(usage !== undefined && behaviour.answer !== "nousage" && { usageMetadata: usage }),
    modelVersion: draft.servedModel,
    ...(platform === "vertex_ai" && { createTime: new Date(nowMs).toISOString() }),
    responseId: `simulated-${String(sequence).padStart(6, "0")}`,
  };
}

/** Each chunk names some of the queries; the last one what was found. */
function grounding({ pieces }: Draft, step: number, of: number): JsonObject {
  if (pieces === undefined) return {};
  const webSearchQueries = slice(pieces.queries ?? [], step, of);
  const found = pieces.places === true ? "maps" : "web";
  const groundingChunks = [{ [found]: { uri: "https://example.com/", title: "example.com" } }];
  return {
    groundingMetadata: {
      ...(webSearchQueries.length > 0 && { webSearchQueries }),
      ...(step === of && { groundingChunks }),
    },
  };
}

/** The `step`th of `of` slices. */
function slice<T>(items: readonly T[], step: number, of: number): readonly T[] {
  const border = (index: number): number => Math.floor((items.length * index) / of);
  return items.slice(border(step - 1), border(step));
}
