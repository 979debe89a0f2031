/**
 * List prices of models made for one purpose, and of Gemma. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";
import { SEARCH_3 } from "./grounding.ts";

export const SPECIALISED: readonly ModelPrice[] = [
  {
    id: "gemini-robotics-er-1.6-preview",
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: { default: "1.00", audio: "2.00" }, output: "5.00" },
          batch: { input: { default: "0.50", audio: "1.00" }, output: "2.50" },
        },
        ...SEARCH_3,
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-robotics-er-2-preview",
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: "1.00", output: "5.00", cacheRead: "0.10" },
        },
        ...SEARCH_3,
        sources: ["PI"],
        confidence: "low",
      },
    ],
  },
  {
    id: "gemini-2.5-computer-use-preview-10-2025",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: "1.25",
            output: "10.00",
            above200k: { input: "2.50", output: "15.00" },
          },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-omni-flash-preview",
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: "1.50", output: { text: "9.00", video: "17.50" } },
        },
        sources: ["G2", "PI"],
        confidence: "medium",
      },
    ],
  },
  {
    id: "gemini-omni-1.1-flash",
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: "1.50", output: { text: "9.00" } },
        },
        sources: ["PI"],
        confidence: "low",
        notes: "Video output rate not verified (17.50 on the preview).",
      },
    ],
  },
  {
    id: "gemma-4",
    patterns: [/^gemma-/],
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: "0", output: "0" },
        },
        sources: ["G1"],
        confidence: "high",
        notes: "Free on the Gemini API: a known zero, not an unknown price. Billed on Vertex AI.",
      },
    ],
  },
];
