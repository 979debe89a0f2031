/** Builds a finished call: one of the common kind, but for what a test names. */
import { v7 } from "uuid";

import type { UsageRecord } from "../../src/usage/record.ts";

/** 2026-11-24T12:00:00.000Z */
export const NOON_MS = 1_795_521_600_000;

export function aRecord(overrides: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id: v7(),
    entry: "call",
    provider: "google_ai",
    platform: "gemini_api",
    endpoint: "chat",
    operation: "generateContent",
    requestedModel: "gemini-2.5-flash",
    model: "gemini-2.5-flash",
    resourceName: undefined,
    tokens: { input: 1_000, cachedInput: 0, toolUse: 0, output: 200, thinking: 0 },
    usageStatus: "final",
    serviceTier: "standard",
    brand: "acme",
    campaign: undefined,
    user: undefined,
    keyFingerprint: undefined,
    // 1 000 × $0.30/M + 200 × $2.50/M = $0.0008
    cost: 800_000_000n,
    priceStatus: "priced",
    priceVersion: "gemini-2.5-flash@2025-06-17",
    items: [],
    status: "success",
    errorType: undefined,
    errorMessage: undefined,
    httpStatusCode: 200,
    streaming: false,
    attempt: 1,
    startedAtMs: NOON_MS,
    durationMs: 812.5,
    timeToFirstChunkMs: undefined,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    ...overrides,
  };
}
