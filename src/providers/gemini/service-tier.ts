/**
 * The tier that a request was served at, which may be a lower one than it asked for, and is what is
 * billed.
 */
import type { Answer } from "../operation.ts";

const TIER_HEADER = "x-gemini-service-tier";

/** The tier in an answer's header; undefined where it has none, as on Vertex AI. */
export function tierInHeader(header: Answer["header"]): string | undefined {
  return tierNamed(header(TIER_HEADER));
}

/** The tier's name as records have it, from any spelling; undefined for an unspecified one. */
export function tierNamed(tier: string | undefined): string | undefined {
  return tier === undefined || /unspecified$/i.test(tier) ? undefined : tier.toLowerCase();
}
