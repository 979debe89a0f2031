/**
 * The calls of an app with some brands: what each is follows from its number, so all ways to store them
 * get the same.
 *
 * Few brands make most of the calls, each feature of the app has its model, three calls in five belong
 * to a campaign, 2 % use a search that is billed by the piece, and 2 % fail.
 */
import { v7 } from "uuid";

import type { UsageRecord } from "../../src/usage/record.ts";

export type BrandTags = "names" | "uuids";

const BRANDS = 50;
const FEATURES = [
  { endpoint: "chat", model: "gemini-2.5-flash", streaming: true },
  { endpoint: "extract", model: "gemini-2.5-flash-lite", streaming: false },
  { endpoint: "generate", model: "gemini-2.5-pro", streaming: false },
  { endpoint: "caption", model: "gemini-2.0-flash", streaming: false },
  { endpoint: "plan", model: "gemini-3-pro-preview", streaming: true },
] as const;
const SEARCH = { kind: "google_search", quantity: 1, cost: 35_000_000_000n } as const;
const NOT_SEEN = {
  tokens: undefined,
  usageStatus: "missing",
  cost: 0n,
  priceStatus: "free",
} as const;

/** Ends at `atMs`, in ms since the Unix epoch. */
export function callOf(number: number, atMs: number, tags: BrandTags = "names"): UsageRecord {
  const share = (part: number): number => scattered(number, part);
  // The first of the brands makes a seventh of all calls, the last a hundredth.
  const brand = Math.floor(BRANDS * share(1) ** 2);
  const feature = FEATURES[Math.floor(FEATURES.length * share(2))] ?? FEATURES[0];
  const input = 40 + Math.floor(4_000 * share(3) ** 3);
  const output = 10 + Math.floor(1_500 * share(4) ** 2);
  const thinking = share(5) < 0.4 ? Math.floor(2_000 * share(6)) : 0;
  const durationMs = 300 + output * 4.517;
  const failed = share(7) < 0.02;
  const searched = !failed && share(8) < 0.02;
  const cost = BigInt(input * 300_000 + (output + thinking) * 2_500_000);
  return {
    id: v7(),
    entry: "call",
    provider: "google_ai",
    platform: "gemini_api",
    operation: feature.streaming ? "streamGenerateContent" : "generateContent",
    requestedModel: feature.model,
    ...feature,
    resourceName: undefined,
    tokens: {
      input,
      output,
      thinking,
      cachedInput: 0,
      toolUse: 0,
      modalities: { input: { text: input } },
    },
    usageStatus: "final",
    serviceTier: "standard",
    brand: tags === "names" ? `brand-${brand}` : uuidOf("b", brand),
    campaign: share(9) < 0.6 ? campaignOf(brand, share(10), tags) : undefined,
    user: undefined,
    keyFingerprint: undefined,
    cost: searched ? cost + SEARCH.cost : cost,
    priceStatus: "priced",
    priceVersion: `2026-11-24/${feature.model}@2025-06-17/standard`,
    items: searched ? [SEARCH] : [],
    status: failed ? "error" : "success",
    errorType: failed ? "RESOURCE_EXHAUSTED" : undefined,
    errorMessage: failed ? "You exceeded your current quota, please check your plan" : undefined,
    httpStatusCode: failed ? 429 : 200,
    attempt: 1,
    startedAtMs: Math.floor(atMs - durationMs),
    durationMs,
    timeToFirstChunkMs: feature.streaming ? 210.375 : undefined,
    traceId: hexOf(number, 4),
    spanId: hexOf(number, 2),
    ...(failed && NOT_SEEN),
  };
}

/** So many calls, spread over the last minute. */
export function calls(count: number, tags?: BrandTags): readonly UsageRecord[] {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, number) =>
    callOf(number, nowMs - 60_000 + Math.floor((60_000 * number) / count), tags),
  );
}

function campaignOf(brand: number, share: number, tags: BrandTags): string {
  const campaign = Math.floor(3 * share);
  return tags === "names"
    ? ["spring-launch", "newsletter", "always-on"][campaign]!
    : uuidOf("c", 3 * brand + campaign);
}

function uuidOf(kind: string, number: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** As random as trace ids are to a compressor. */
function hexOf(number: number, words: number): string {
  return Array.from({ length: words }, (_, word) =>
    Math.floor(scattered(number, 20 + word) * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

/** At least 0, less than 1: the same for the same two numbers, and otherwise as if by chance. */
function scattered(number: number, part: number): number {
  let bits = Math.imul(number ^ Math.imul(part + 1, 0x9e37_79b1), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  bits = Math.imul(bits ^ (bits >>> 16), 0x27d4_eb2f);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}
