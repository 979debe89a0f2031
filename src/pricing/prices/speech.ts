/**
 * List prices of models that answer with speech: TTS and Live. Sources: `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";
import { SEARCH_2, SEARCH_3 } from "./grounding.ts";

export const SPEECH: readonly ModelPrice[] = [
  {
    id: "gemini-3.8-flash-tts",
    platforms: PLATFORMS,
    periods: [
      {
        to: "2027-01-01",
        tiers: {
          standard: { input: "0.50", output: "9.00" },
        },
        sources: ["LD", "PI"],
        confidence: "medium",
      },
      {
        from: "2027-01-01",
        tiers: {
          standard: { input: "1.00", output: "18.00" },
        },
        sources: ["LD"],
        confidence: "medium",
      },
    ],
    notes: "genai-prices 0.1.8 misprices this id as gemini-3.8-flash.",
  },
  {
    id: "gemini-3.8-flash-lite-tts",
    platforms: PLATFORMS,
    periods: [
      {
        to: "2027-01-01",
        tiers: {
          standard: { input: "0.50", output: "6.00" },
        },
        sources: ["LD", "PI"],
        confidence: "medium",
      },
      {
        from: "2027-01-01",
        tiers: {
          standard: { input: "1.00", output: "12.00" },
        },
        sources: ["LD"],
        confidence: "medium",
      },
    ],
  },
  {
    id: "gemini-3.1-flash-tts-preview",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: "1.00", output: "20.00" },
          batch: { input: "0.50", output: "10.00" },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
    notes: "25 audio tokens per second.",
  },
  {
    id: "gemini-2.5-flash-preview-tts",
    aliases: ["gemini-2.5-flash-tts"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: "0.50", output: "10.00" },
          batch: { input: "0.25", output: "5.00" },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-2.5-pro-preview-tts",
    aliases: ["gemini-2.5-pro-tts"],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: { input: "1.00", output: "20.00" },
          batch: { input: "0.50", output: "10.00" },
        },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-3.1-flash-live-preview",
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { text: "0.75", audio: "3.00", image: "1.00", video: "1.00" },
            output: { text: "4.50", audio: "12.00" },
          },
        },
        ...SEARCH_3,
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "gemini-3.8-live",
    platforms: ["gemini_api"],
    periods: [
      {
        tiers: {
          standard: { input: { text: "0.75" }, output: { text: "4.50" } },
        },
        ...SEARCH_3,
        sources: ["VG"],
        confidence: "low",
        notes: "Rates of audio, image and video: not found, and not to be guessed from 3.1 Live.",
      },
    ],
  },
  {
    id: "gemini-2.5-flash-native-audio",
    aliases: [
      "gemini-2.5-flash-native-audio-preview-12-2025",
      "gemini-2.5-flash-native-audio-latest",
      "gemini-live-2.5-flash-native-audio",
    ],
    platforms: PLATFORMS,
    periods: [
      {
        tiers: {
          standard: {
            input: { text: "0.50", audio: "3.00", video: "3.00", image: "3.00" },
            output: { text: "2.00", audio: "12.00" },
          },
        },
        ...SEARCH_2,
        sources: ["G1"],
        confidence: "high",
        notes: 'Page says "audio / video" at 3.00; image assumed as video.',
      },
    ],
  },
];
