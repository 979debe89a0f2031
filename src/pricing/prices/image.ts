/**
 * List prices of models that answer with images. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";
import { SEARCH_3 } from "./grounding.ts";

export const IMAGE: readonly ModelPrice[] = [
  {
    id: "gemini-3-pro-image",
    aliases: ["gemini-3-pro-image-preview"],
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        tiers: {
          standard: { input: "2.00", output: { default: "12.00", image: "120.00" } },
          batch: { input: "1.00", output: { default: "6.00", image: "60.00" } },
          flex: { input: "1.00", output: { default: "6.00", image: "60.00" } },
          priority: { input: "3.60", output: { default: "21.60", image: "216.00" } },
        },
        ...SEARCH_3,
        sources: ["G1"],
        confidence: "high",
        notes:
          "Image rate of batch and flex is derived: $0.067 for 1,120 tokens. An image out is 1,120 tokens at 1K and 2K, 2,000 at 4K.",
      },
    ],
  },
  {
    id: "gemini-3.1-flash-image",
    aliases: ["gemini-3.1-flash-image-preview"],
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        tiers: {
          standard: { input: "0.50", output: { default: "3.00", image: "60.00" } },
          batch: { input: "0.25", output: { default: "1.50", image: "30.00" } },
        },
        ...SEARCH_3,
        sources: ["G1"],
        confidence: "high",
        notes: "An image out is 747 tokens at 0.5K, 1,120 at 1K, 1,680 at 2K, 2,520 at 4K.",
      },
    ],
  },
  {
    id: "gemini-3.1-flash-lite-image",
    platforms: ["gemini_api"],
    mainOutput: "image",
    periods: [
      {
        tiers: {
          standard: { input: "0.25", output: { default: "1.50", image: "30.00" } },
        },
        ...SEARCH_3,
        sources: ["G2", "GP"],
        confidence: "medium",
      },
    ],
  },
  {
    id: "gemini-nano-banana-2.1",
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        from: "2026-10-06",
        tiers: {
          standard: { input: "1.50", output: { default: "7.50", image: "30.00" } },
        },
        ...SEARCH_3,
        sources: ["LD", "PI"],
        confidence: "medium",
      },
    ],
  },
  {
    id: "gemini-2.5-flash-image",
    aliases: ["gemini-2.5-flash-image-preview"],
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        tiers: {
          standard: { input: "0.30", output: { default: "2.50", image: "30.00" } },
          batch: { input: "0.15", output: { default: "1.25", image: "15.00" } },
          flex: { input: "0.15", output: { default: "1.25", image: "15.00" } },
          priority: { input: "0.54", output: { default: "4.50", image: "54.00" } },
        },
        sources: ["G1"],
        confidence: "high",
        notes:
          "An image out is 1,290 tokens. Text out is priced as gemini-2.5-flash; its batch, flex and priority rates are derived.",
      },
    ],
  },
];
