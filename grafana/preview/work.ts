/** What calls are made for, and how they end. */
import type { Picodollars } from "../../src/base/money.ts";
import type { UsageRecord } from "../../src/usage/record.ts";

export interface Work {
  readonly endpoint: string;
  readonly model: string;
  /** At least; some calls cost up to as much again. */
  readonly cost: Picodollars;
  readonly tokens: UsageRecord["tokens"];
  /** As a factor of the time that a short answer takes. */
  readonly slowness: number;
}

export const CHAT: Work = {
  endpoint: "chat",
  model: "gemini-2.5-flash",
  cost: 8_400_000_123n,
  tokens: { input: 5_900, cachedInput: 4_100, toolUse: 120, output: 910, thinking: 430 },
  slowness: 1,
};
export const EXTRACT: Work = {
  endpoint: "extract",
  model: "gemini-2.5-flash-lite",
  cost: 1_900_000_017n,
  tokens: { input: 12_400, cachedInput: 0, toolUse: 0, output: 640, thinking: 0 },
  slowness: 0.6,
};
export const REPORT: Work = {
  endpoint: "report",
  model: "gemini-2.5-pro",
  cost: 61_000_000_204n,
  tokens: { input: 21_000, cachedInput: 9_000, toolUse: 800, output: 3_100, thinking: 5_200 },
  slowness: 4,
};
export const SEARCH: Work = {
  ...CHAT,
  endpoint: "search",
  model: "gemini-3-flash-preview",
  slowness: 0.8,
};
export const IMAGE: Work = {
  endpoint: "illustrate",
  model: "gemini-2.5-flash-image",
  cost: 39_000_000_000n,
  tokens: { input: 300, cachedInput: 0, toolUse: 0, output: 1_290, thinking: 0 },
  slowness: 2,
};

/** Neighbouring numbers are strewn over a thousand lots, of which a few fail. */
export function callOf(number: number, { slowness, cost, ...work }: Work): Partial<UsageRecord> {
  const lot = (number * 7_919) % 1_000;
  const failed = { ...work, cost: 0n, tokens: undefined };
  if (lot < 9) return { ...failed, status: "error", errorType: "429", httpStatusCode: 429 };
  if (lot < 12) return { ...failed, status: "error", errorType: "503", httpStatusCode: 503 };
  if (lot < 15) return { ...failed, status: "timeout", httpStatusCode: undefined };
  if (lot < 18) return { ...failed, status: "cancelled", httpStatusCode: undefined };
  if (lot < 20) return { ...work, status: "blocked", errorType: "SAFETY", cost };
  if (lot === 20) return { model: "gemini-unheard-of", cost: undefined, priceStatus: "unpriced" };
  const isStream = work.endpoint === "chat";
  return {
    ...work,
    campaign: lot % 3 === 0 ? "autumn" : undefined,
    cost: (cost * BigInt(1_000 + lot)) / 1_000n,
    durationMs: (420 + ((lot * 37) % 1_000) * 3) * slowness,
    streaming: isStream,
    timeToFirstChunkMs: isStream ? 180 + ((lot * 13) % 400) : undefined,
  };
}
