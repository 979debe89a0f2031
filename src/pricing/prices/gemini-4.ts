/**
 * List prices of Gemini 4. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice, type PricePeriod } from "../list-price.ts";
import { GROUNDING_3 } from "./grounding.ts";

/** Argon and Carbon through 2026-11-30. */
const LAUNCH_PRICE: PricePeriod = {
  from: "2026-10-13",
  to: "2026-12-01",
  tiers: {
    standard: { input: "2.00", output: "10.00", cacheRead: "0.10" },
    batch: { input: "1.00", output: "5.00" },
  },
  ...GROUNDING_3,
  sources: ["LD", "PI", "LZ", "TM"],
  confidence: "medium",
  notes: "Implicit caching only, so no storage. Flex, priority and cached batch: not found.",
};

/** Argon and Carbon from 2026-12-01. */
const LIST_PRICE: PricePeriod = {
  from: "2026-12-01",
  tiers: {
    standard: { input: "4.00", output: "20.00", cacheRead: "0.20" },
    batch: { input: "2.00", output: "10.00" },
  },
  ...GROUNDING_3,
  sources: ["LD", "PI"],
  confidence: "medium",
  notes: "Batch is derived: half of standard.",
};

/** Flat over the whole context of a million tokens; no free tier. */
export const GEMINI_4: readonly ModelPrice[] = [
  {
    id: "gemini-4-argon",
    platforms: PLATFORMS,
    periods: [LAUNCH_PRICE, LIST_PRICE],
  },
  {
    id: "gemini-4-carbon",
    platforms: PLATFORMS,
    periods: [{ ...LAUNCH_PRICE, from: "2026-11-10" }, LIST_PRICE],
  },
  {
    id: "gemini-4-hydrogen",
    platforms: PLATFORMS,
    periods: [
      {
        from: "2026-11-12",
        tiers: {
          standard: { input: "1.50", output: "7.50", cacheRead: "0.075" },
        },
        ...GROUNDING_3,
        sources: ["LD", "LZ"],
        confidence: "medium",
        notes: "Batch, flex and priority: not found.",
      },
    ],
  },
];
