/**
 * `usageMetadata` → token counts in disjoint kinds.
 *
 * Gemini's counts overlap: cached tokens are part of the prompt, tool-use prompts and thoughts stand
 * beside it, but some bodies have the thoughts inside the candidates. The provider's own total tells
 * which. What doesn't add up is kept as the parts say, and flagged.
 */
import {
  inputTokens,
  type ModalityCounts,
  outputTokens,
  type TokenCounts,
} from "../../usage/tokens.ts";
import { countIn, objectIn, objectsIn } from "./json.ts";
import { cachedPart, splitIn, sumOf, without } from "./modality-split.ts";

export interface UsageReading {
  readonly tokens: TokenCounts;
  /** True when the counts contradict each other, or the provider's total. */
  readonly mismatch: boolean;
  /** True when there are counts of a kind that isn't known here: they may well be billed. */
  readonly hasUnknownCounts: boolean;
}

type Part = "prompt" | "cached" | "toolUse" | "candidates" | "thoughts";

/** generateContent, the Live API (`response…`) and embeddings (`…TokenDetails`) spell them apart. */
const COUNTS: ReadonlyMap<string, Part | "total"> = new Map([
  ["promptTokenCount", "prompt"],
  ["cachedContentTokenCount", "cached"],
  ["toolUsePromptTokenCount", "toolUse"],
  ["candidatesTokenCount", "candidates"],
  ["responseTokenCount", "candidates"],
  ["thoughtsTokenCount", "thoughts"],
  ["totalTokenCount", "total"],
]);
const DETAILS: ReadonlyMap<string, Part> = new Map([
  ["promptTokensDetails", "prompt"],
  ["promptTokenDetails", "prompt"],
  ["cacheTokensDetails", "cached"],
  ["cacheTokenDetails", "cached"],
  ["toolUsePromptTokensDetails", "toolUse"],
  ["toolUsePromptTokenDetails", "toolUse"],
  ["candidatesTokensDetails", "candidates"],
  ["candidatesTokenDetails", "candidates"],
  ["responseTokensDetails", "candidates"],
  ["responseTokenDetails", "candidates"],
]);
/** Part of the prompt; written by the SDK, never by the API. */
const REPEATED: ReadonlySet<string> = new Set(["initialPromptTokenCount"]);

/**
 * The tokens in `usageMetadata`; undefined when it names no count, as in Vertex AI's first events of
 * a stream: that is usage unknown, not usage 0. A count that is absent among others is 0.
 */
export function readUsageMetadata(usageMetadata: unknown): UsageReading | undefined {
  const usage = objectIn(usageMetadata);
  if (usage === undefined) return undefined;
  const counts = { prompt: 0, cached: 0, toolUse: 0, candidates: 0, thoughts: 0 };
  const splits: { [P in Part]?: ModalityCounts } = {};
  let total: number | undefined;
  let namesCount = false;
  let isInvalid = false;
  let hasUnknownCounts = false;

  for (const key of Object.keys(usage)) {
    const value = usage[key];
    const counted = COUNTS.get(key);
    const detailed = counted === undefined ? DETAILS.get(key) : undefined;
    if (counted !== undefined) {
      const count = countIn(value);
      if (count === undefined) isInvalid ||= value !== null && value !== undefined;
      else if (counted === "total") total = count;
      else {
        counts[counted] = Math.max(counts[counted], count);
        namesCount = true;
      }
    } else if (detailed !== undefined) {
      const split = splitIn(value);
      if (split !== undefined) splits[detailed] = split;
    } else if (!REPEATED.has(key)) hasUnknownCounts ||= mayCount(value);
  }

  if (!namesCount) return undefined;
  const { tokens, contradicts } = disjoint(counts, splits, total);
  const missesTotal = total !== undefined && total !== inputTokens(tokens) + outputTokens(tokens);
  return { tokens, mismatch: isInvalid || contradicts || missesTotal, hasUnknownCounts };
}

/**
 * The tokens in an answer of Vertex AI's `:predict` to an embedding model, which has no
 * `usageMetadata`, but `statistics` with each embedding.
 */
export function readEmbeddingStatistics(predictions: unknown): UsageReading | undefined {
  const counts = objectsIn(predictions).map((prediction) => {
    const statistics = objectIn(objectIn(prediction["embeddings"])?.["statistics"]);
    return countIn(statistics?.["token_count"] ?? statistics?.["tokenCount"]);
  });
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0) return undefined;
  const input = known.reduce((sum, count) => sum + count, 0);
  return {
    tokens: { input, cachedInput: 0, toolUse: 0, output: 0, thinking: 0 },
    mismatch: known.length < counts.length,
    hasUnknownCounts: false,
  };
}

/** A tier or another word can't be billed; a number, a list or an object may be. */
function mayCount(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function disjoint(
  counts: { readonly [P in Part]: number },
  splits: { readonly [P in Part]?: ModalityCounts },
  total: number | undefined,
): { readonly tokens: TokenCounts; readonly contradicts: boolean } {
  const { prompt, cached, toolUse, candidates, thoughts } = counts;
  const cachedInput = Math.min(cached, prompt);
  const input = prompt - cachedInput;
  const inside = thoughtsAreInside(total, prompt, toolUse, candidates, thoughts);
  const output = inside ? candidates - thoughts : candidates;

  let contradicts = cachedInput !== cached;
  const fitting = (split: ModalityCounts | undefined, count: number) => {
    if (split === undefined || sumOf(split) <= count) return split;
    contradicts = true;
    return undefined;
  };
  const ofPrompt = fitting(splits.prompt, prompt);
  const ofCached = fitting(splits.cached, cachedInput) ?? cachedPart(ofPrompt, prompt, cachedInput);
  const ofOutput = splits.candidates;
  const coversThoughts = inside && ofOutput !== undefined && sumOf(ofOutput) > output;
  const modalities = withoutGaps({
    input: fitting(without(ofPrompt, ofCached), input),
    cachedInput: ofCached,
    toolUse: fitting(splits.toolUse, toolUse),
    output: fitting(coversThoughts ? without(ofOutput, { text: thoughts }) : ofOutput, output),
  });
  const tokens = { input, cachedInput, toolUse, output, thinking: thoughts };
  return { tokens: modalities === undefined ? tokens : { ...tokens, modalities }, contradicts };
}

/** Older bodies count thoughts among the candidates: then the total is reached without them. */
function thoughtsAreInside(
  total: number | undefined,
  prompt: number,
  toolUse: number,
  candidates: number,
  thoughts: number,
): boolean {
  if (total === undefined || thoughts === 0 || thoughts > candidates) return false;
  return total === prompt + candidates + toolUse || total === prompt + candidates;
}

type Modalities = NonNullable<TokenCounts["modalities"]>;

/** The splits that are known; undefined when none is. */
function withoutGaps(splits: {
  readonly [K in keyof Modalities]-?: ModalityCounts | undefined;
}): Modalities | undefined {
  const known: { -readonly [K in keyof Modalities]: Modalities[K] } = {};
  if (splits.input !== undefined) known.input = splits.input;
  if (splits.cachedInput !== undefined) known.cachedInput = splits.cachedInput;
  if (splits.toolUse !== undefined) known.toolUse = splits.toolUse;
  if (splits.output !== undefined) known.output = splits.output;
  return Object.keys(known).length === 0 ? undefined : known;
}
