/**
 * List prices of models that are billed by what they make: images, seconds of video, songs. Sources:
 * `sources.ts`.
 *
 * Never edit a price in place: end its period and add one below it, with its own sources. Rows in
 * the ledger name the period that priced them.
 */
import { PLATFORMS, type ModelPrice } from "../list-price.ts";

export const PER_PIECE: readonly ModelPrice[] = [
  {
    id: "imagen-4.0-fast-generate-001",
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        items: { image: "0.02" },
        sources: ["G1"],
        confidence: "high",
        notes: "Shut on the Gemini API about 2026-06-24.",
      },
    ],
  },
  {
    id: "imagen-4.0-generate-001",
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        items: { image: "0.04" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "imagen-4.0-ultra-generate-001",
    platforms: PLATFORMS,
    mainOutput: "image",
    periods: [
      {
        items: { image: "0.06" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "veo-3.1-generate-preview",
    aliases: ["veo-3.1-generate-001"],
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: { "720p": "0.40", "1080p": "0.40", "4k": "0.60" } },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "veo-3.1-fast-generate-preview",
    aliases: ["veo-3.1-fast-generate-001"],
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: { "720p": "0.10", "1080p": "0.12", "4k": "0.30" } },
        sources: ["G1"],
        confidence: "high",
        notes: "LiteLLM (July) has 0.15: wrong.",
      },
    ],
  },
  {
    id: "veo-3.1-lite-generate-preview",
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: { "720p": "0.05", "1080p": "0.08" } },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "veo-3.0-generate-001",
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: "0.40" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "veo-3.0-fast-generate-001",
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: { "720p": "0.10", "1080p": "0.12", "4k": "0.30" } },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "veo-2.0-generate-001",
    platforms: PLATFORMS,
    mainOutput: "video",
    periods: [
      {
        items: { video_second: "0.35" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "lyria-3-clip-preview",
    platforms: PLATFORMS,
    mainOutput: "audio",
    periods: [
      {
        items: { song: "0.04" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "lyria-3-pro-preview",
    platforms: PLATFORMS,
    mainOutput: "audio",
    periods: [
      {
        items: { song: "0.08" },
        sources: ["G1"],
        confidence: "high",
      },
    ],
  },
  {
    id: "lyria-3.5",
    platforms: PLATFORMS,
    mainOutput: "audio",
    periods: [
      {
        items: { song: "0.08" },
        sources: ["G2"],
        confidence: "low",
      },
    ],
  },
];
