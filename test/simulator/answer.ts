/** Answers of `generateContent`: one body, or the same as the chunks of a stream. */
import { draftFor, type Draft, type JsonObject, type Question } from "./draft.ts";
import { runningTotal, usageMetadataOf, type UsageMetadata } from "./usage-metadata.ts";

export interface Answer {
  /** The model that the answer says it is from, and that is billed. */
  readonly servedModel: string;
  readonly whole: JsonObject;
  readonly chunks: readonly JsonObject[];
  /** What has been generated, and is billed, when each chunk leaves. */
  readonly usageAtChunk: readonly UsageMetadata[];
}

export function answerTo(question: Question): Answer {
  const draft = draftFor(question);
  const usage = finalUsage(draft, question);
  const count = draft.blockReason === undefined ? question.chunks : 1;
  const steps = Array.from({ length: count }, (_, index) => index + 1);
  return {
    servedModel: draft.servedModel,
    whole: body(draft, question, draft.text, true, usage),
    chunks: steps.map((step) =>
      body(draft, question, slice(draft.text, step, count), step === count, usageOnWire(step)),
    ),
    usageAtChunk: steps.map((step) => runningTotal(usage, step, count)),
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
  text: string,
  isLast: boolean,
  usage: UsageMetadata | undefined,
): JsonObject {
  const parts = [...(text === "" ? [] : [{ text }]), ...(isLast ? draft.parts : [])];
  const candidate = {
    ...(parts.length > 0 && { content: { parts, role: "model" } }),
    ...(isLast && draft.finishReason !== undefined && { finishReason: draft.finishReason }),
    index: 0,
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

/** The `step`th of `of` slices, cut between code points. */
function slice(text: string, step: number, of: number): string {
  const letters = Array.from(text);
  const border = (index: number): number => Math.floor((letters.length * index) / of);
  return letters.slice(border(step - 1), border(step)).join("");
}
