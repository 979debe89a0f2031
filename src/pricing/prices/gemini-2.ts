/**
 * List prices of Gemini 2.0 and 2.5, text out. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";
import { GROUNDING_2 } from "./grounding.ts";

export const GEMINI_2: readonly ModelPrice[] = [
  {
    id: "gemini-2.5-pro",
    patterns: [/^gemini-2\.5-pro-preview-(03-25|05-06|06-05)$/],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: "1.25",
            output: "10.00",
            cacheRead: "0.125",
            cacheStoragePerHour: "4.50",
            above200k: { input: "2.50", output: "15.00", cacheRead: "0.25" },
          },
          batch: {
            input: "0.625",
            output: "5.00",
            cacheRead: "0.125",
            cacheStoragePerHour: "4.50",
            above200k: { input: "1.25", output: "7.50", cacheRead: "0.25" },
          },
          flex: {
            input: "0.625",
            output: "5.00",
            cacheRead: "0.125",
            cacheStoragePerHour: "4.50",
            above200k: { input: "1.25", output: "7.50", cacheRead: "0.25" },
          },
          priority: {
            input: "2.25",
            output: "18.00",
            cacheRead: "0.225",
            cacheStoragePerHour: "8.10",
            above200k: { input: "4.50", output: "27.00", cacheRead: "0.45" },
          },
        },
        ...GROUNDING_2,
        sources: ["G1"],
        confidence: "high",
        notes:
          "Flex and priority since 2026-04-02 only. From 2026-12-01 the Gemini API answers this id with gemini-3.8-flash.",
      },
    ],
  },
  {
    id: "gemini-2.5-flash",
    aliases: ["gemini-2.5-flash-preview-09-2025"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { default: "0.30", audio: "1.00" },
            output: "2.50",
            cacheRead: { default: "0.03", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          batch: {
            input: { default: "0.15", audio: "0.50" },
            output: "1.25",
            cacheRead: { default: "0.03", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          flex: {
            input: { default: "0.15", audio: "0.50" },
            output: "1.25",
            cacheRead: { default: "0.03", audio: "0.10" },
            cacheStoragePerHour: "1.00",
          },
          priority: {
            input: { default: "0.54", audio: "1.80" },
            output: "4.50",
            cacheRead: { default: "0.054", audio: "0.18" },
            cacheStoragePerHour: "1.80",
          },
        },
        ...GROUNDING_2,
        sources: ["G1"],
        confidence: "high",
        notes: "From 2026-12-01 the Gemini API answers this id with gemini-3.5-flash-lite.",
      },
    ],
  },
  {
    id: "gemini-2.5-flash-lite",
    aliases: ["gemini-2.5-flash-lite-preview-09-2025"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { default: "0.10", audio: "0.30" },
            output: "0.40",
            cacheRead: { default: "0.01", audio: "0.03" },
            cacheStoragePerHour: "1.00",
          },
          batch: {
            input: { default: "0.05", audio: "0.15" },
            output: "0.20",
            cacheRead: { default: "0.01", audio: "0.03" },
            cacheStoragePerHour: "1.00",
          },
          flex: {
            input: { default: "0.05", audio: "0.15" },
            output: "0.20",
            cacheRead: { default: "0.01", audio: "0.03" },
            cacheStoragePerHour: "1.00",
          },
          priority: {
            input: { default: "0.18", audio: "0.54" },
            output: "0.72",
            cacheRead: { default: "0.018", audio: "0.054" },
            cacheStoragePerHour: "1.80",
          },
        },
        ...GROUNDING_2,
        sources: ["G1"],
        confidence: "high",
        notes: "Flex/priority not listed for the -preview-09-2025 id.",
      },
    ],
  },
  {
    id: "gemini-2.0-flash",
    aliases: ["gemini-2.0-flash-001"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { default: "0.10", audio: "0.70" },
            output: "0.40",
            cacheRead: { default: "0.025", audio: "0.175" },
            cacheStoragePerHour: "1.00",
          },
          batch: {
            input: { default: "0.05", audio: "0.35" },
            output: "0.20",
            cacheRead: { default: "0.025", audio: "0.175" },
            cacheStoragePerHour: "1.00",
          },
        },
        ...GROUNDING_2,
        sources: ["G1"],
        confidence: "high",
      },
    ],
    vertexPeriods: [
      {
        tiers: {
          standard: { input: { default: "0.15", audio: "1.00" }, output: "0.60" },
        },
        ...GROUNDING_2,
        sources: ["LL"],
        confidence: "medium",
      },
    ],
  },
  {
    id: "gemini-2.0-flash-lite",
    aliases: ["gemini-2.0-flash-lite-001"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: "0.075", output: "0.30" },
          batch: { input: "0.0375", output: "0.15" },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
];
