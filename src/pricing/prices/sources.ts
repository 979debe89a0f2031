/**
 * Where the list prices were read. Google's own page could not be opened on 2026-11-24: what is newer
 * than 2026-10-10 is second hand, and its periods say `medium` or `low`.
 */

export const SOURCES = {
  G1: 'ai.google.dev/gemini-api/docs/pricing, copy "Last updated 2026-06-02 UTC", read in full',
  G1x: "the same copy, gemini-3.6-flash section added by its keeper on 2026-07-21",
  G2: "quotes of the same page from August to 2026-10-10",
  G3: "ai.google.dev changelog, copies of 2026-10-08 and 2026-10-13",
  LD: "LiteLLM model launch threads #39357, #42776, #44983, #46238, #50970, #51436, quoting Google",
  LL: "LiteLLM model_prices_and_context_window.json, about July 2026",
  PI: "@earendil-works/pi-ai 1.5.2 (2026-11-10), from models.dev",
  GP: "@pydantic/genai-prices 0.1.8 (2026-09-23)",
  PK: "Portkey-AI/models pricing, 2026-08-21",
  LZ: "docs.laozhang.ai, 2026-11-11 and 2026-11-14",
  TM: "TokenMeter note on Gemini 4 batch",
  VG: "Vercel AI Gateway listing",
} as const;

export type Source = keyof typeof SOURCES;
