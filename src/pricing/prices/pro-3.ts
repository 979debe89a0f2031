/**
 * List prices of Gemini 3 Pro. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";
import { GROUNDING_3 } from "./grounding.ts";

export const PRO_3: readonly ModelPrice[] = [
  {
    id: "gemini-3.1-pro-preview",
    aliases: ["gemini-3.1-pro-preview-customtools"],
    platforms: PLATFORMS,
    periods: [
      {
        from: "2026-02-19",
        tiers: {
          standard: {
            input: "2.00",
            output: "12.00",
            cacheRead: "0.20",
            cacheStoragePerHour: "4.50",
            above200k: { input: "4.00", output: "18.00", cacheRead: "0.40" },
          },
          batch: {
            input: "1.00",
            output: "6.00",
            cacheRead: "0.20",
            cacheStoragePerHour: "4.50",
            above200k: { input: "2.00", output: "9.00", cacheRead: "0.40" },
          },
          flex: {
            input: "1.00",
            output: "6.00",
            cacheRead: "0.20",
            cacheStoragePerHour: "4.50",
            above200k: { input: "2.00", output: "9.00", cacheRead: "0.40" },
          },
          priority: {
            input: "3.60",
            output: "21.60",
            cacheRead: "0.36",
            cacheStoragePerHour: "8.10",
            above200k: { input: "7.20", output: "32.40", cacheRead: "0.72" },
          },
        },
        ...GROUNDING_3,
        sources: ["G1", "G2"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-3-pro-preview",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: "2.00",
            output: "12.00",
            cacheRead: "0.20",
            cacheStoragePerHour: "4.50",
            above200k: { input: "4.00", output: "18.00", cacheRead: "0.40" },
          },
        },
        ...GROUNDING_3,
        sources: ["GP", "LL"],
        confidence: "high",
      },
    ],
  },
];
