/**
 * List prices of embedding models. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";

export const EMBEDDING: readonly ModelPrice[] = [
  {
    id: "gemini-embedding-2",
    aliases: ["gemini-embedding-2-preview"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: { text: "0.20", image: "0.45", audio: "6.50", video: "12.00" } },
          batch: { input: { text: "0.10", image: "0.225", audio: "3.25", video: "6.00" } },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-embedding-001",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: "0.15" },
          batch: { input: "0.075" },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
    vertexPeriods: [
      {
        tiers: {
          standard: { input: "0.15" },
          batch: { input: "0.12" },
        },
        sources: ["G1", "LL"],
        confidence: "medium",
        notes: "Batch by LL; standard as on the Gemini API.",
      },
    ],
  },
];
