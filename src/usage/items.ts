/**
 * What is billed apart from tokens, by the piece.
 *
 * Quantities are whole numbers, so that they sum and multiply exactly: storage is counted in seconds,
 * though its price is quoted by the hour.
 */
import type { Picodollars } from "../base/money.ts";

/**
 * - `google_search`: different searches of the web that an answer rests on
 * - `google_maps`: likewise on the map
 * - `image`, `video_second`, `song`: what was generated
 * - `cache_token_second`: tokens kept in an explicit cache, each for a second
 */
export const ITEM_KINDS = [
  "google_search",
  "google_maps",
  "image",
  "video_second",
  "song",
  "cache_token_second",
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface UsedItem {
  readonly kind: ItemKind;
  /** Whole. Below zero only where storage that was booked ahead is not used after all. */
  readonly quantity: number;
  /** What the price of the kind may depend on: the resolution of a video, `1080p`. */
  readonly variant?: string;
}

/** Tokens kept from one moment until another, in ms since the Unix epoch; below zero if that is earlier. */
export function tokenSeconds(tokens: number, fromMs: number, untilMs: number): number {
  return Math.round((tokens * (untilMs - fromMs)) / 1_000);
}

/** A line of the bill. */
export interface BilledItem extends UsedItem {
  /** `undefined` when unknown. It is part of the record's cost. */
  readonly cost: Picodollars | undefined;
}
