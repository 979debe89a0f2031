/**
 * List prices of Gemini 3 Flash and Flash-Lite. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice, type PricePeriod } from "../list-price.ts";
import { GROUNDING_3 } from "./grounding.ts";

/** 3.6, 3.7 and 3.8 Flash through 2026-12-31. */
const PROMOTION: PricePeriod = {
  from: "2026-08-13",
  to: "2027-01-01",
  tiers: {
    standard: { input: "0.75", output: "3.75", cacheRead: "0.075", cacheStoragePerHour: "0.50" },
    batch: { input: "0.375", output: "1.875" },
    flex: { input: "0.375", output: "1.875" },
    priority: { input: "1.35", output: "6.75" },
  },
  ...GROUNDING_3,
  sources: ["G2", "G3", "LD", "GP", "PI"],
  confidence: "high",
  notes:
    "LiteLLM's blog ends it on 2027-12-31: wrong. Priority is derived (1.8 times). Cache rates but for standard: not verified.",
};

/** 3.6, 3.7 and 3.8 Flash as announced for 2027. One input rate for every modality. */
const LIST_PRICE = {
  from: "2027-01-01",
  tiers: {
    standard: { input: "1.50", output: "7.50", cacheRead: "0.15", cacheStoragePerHour: "1.00" },
    batch: { input: "0.75", output: "3.75" },
    flex: { input: "0.75", output: "3.75" },
    priority: { input: "2.70", output: "13.50" },
  },
  ...GROUNDING_3,
  sources: ["G2", "G3", "LD"],
  confidence: "high",
} satisfies PricePeriod;

export const FLASH_3: readonly ModelPrice[] = [
  {
    id: "gemini-3.8-flash",
    platforms: PLATFORMS,
    periods: [{ ...PROMOTION, from: "2026-09-02" }, LIST_PRICE],
  },
  {
    id: "gemini-3.7-flash",
    platforms: PLATFORMS,
    periods: [PROMOTION, LIST_PRICE],
    notes: "Since 2026-10-08 the Gemini API answers this id with gemini-3.8-flash.",
  },
  {
    id: "gemini-3.6-flash",
    platforms: PLATFORMS,
    periods: [
      {
        from: "2026-07-21",
        to: "2026-08-13",
        tiers: LIST_PRICE.tiers,
        ...GROUNDING_3,
        sources: ["G1x", "LL", "PK"],
        confidence: "medium",
        notes: "The day of the cut, about 2026-08-13, is not documented in these sources.",
      },
      PROMOTION,
      LIST_PRICE,
    ],
  },
  {
    id: "gemini-3.5-flash",
    platforms: PLATFORMS,
    periods: [
      {
        from: "2026-05-19",
        tiers: {
          standard: {
            input: "1.50",
            output: "9.00",
            cacheRead: "0.15",
            cacheStoragePerHour: "1.00",
          },
          batch: { input: "0.75", output: "4.50", cacheRead: "0.075", cacheStoragePerHour: "1.00" },
          flex: { input: "0.75", output: "4.50", cacheRead: "0.08", cacheStoragePerHour: "1.00" },
          priority: {
            input: "2.70",
            output: "16.20",
            cacheRead: "0.27",
            cacheStoragePerHour: "1.00",
          },
        },
        ...GROUNDING_3,
        sources: ["G1"],
        confidence: "high",
        notes:
          "Since 2026-10-08 the Gemini API answers this id with gemini-3.6-flash. Cache rates of batch and flex are as printed.",
      },
    ],
  },
  {
    id: "gemini-3.5-flash-lite",
    platforms: PLATFORMS,
    periods: [
      {
        from: "2026-07-21",
        tiers: {
          standard: { input: "0.30", output: "2.50", cacheRead: "0.03" },
          batch: { input: "0.15", output: "1.25" },
          flex: { input: "0.15", output: "1.25" },
        },
        ...GROUNDING_3,
        sources: ["G2", "GP", "PI"],
        confidence: "high",
        notes:
          "One input rate for every modality. Cache rates of batch and flex, and storage: not verified.",
      },
    ],
  },
  {
    id: "gemini-3.1-flash-lite",
    aliases: ["gemini-3.1-flash-lite-preview"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { default: "0.25", audio: "0.50" },
            output: "1.50",
            cacheRead: { default: "0.025", audio: "0.05" },
            cacheStoragePerHour: "1.00",
          },
          batch: {
            input: { default: "0.125", audio: "0.25" },
            output: "0.75",
            cacheRead: { default: "0.0125", audio: "0.025" },
            cacheStoragePerHour: "0.50",
          },
          flex: {
            input: { default: "0.125", audio: "0.25" },
            output: "0.75",
            cacheRead: { default: "0.0125", audio: "0.025" },
            cacheStoragePerHour: "0.50",
          },
          priority: {
            input: { default: "0.45", audio: "0.90" },
            output: "2.70",
            cacheRead: { default: "0.045", audio: "0.09" },
            cacheStoragePerHour: "1.80",
          },
        },
        ...GROUNDING_3,
        sources: ["G1", "G2"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-3-flash-preview",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { default: "0.50", audio: "1.00" },
            output: "3.00",
            cacheRead: { default: "0.05", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          batch: {
            input: { default: "0.25", audio: "0.50" },
            output: "1.50",
            cacheRead: { default: "0.05", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          flex: {
            input: { default: "0.25", audio: "0.50" },
            output: "1.50",
            cacheRead: { default: "0.05", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          priority: {
            input: { default: "0.90", audio: "1.80" },
            output: "5.40",
            cacheRead: { default: "0.09", audio: "0.18" },
            cacheStoragePerHour: "1.80",
          },
        },
        ...GROUNDING_3,
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
];
