/**
 * The list prices of Gemini as one book: paid tier, US dollars.
 *
 * What can't be seen in an answer isn't in them: free-tier keys, prepaid throughput, free allowances.
 */
import type { ModelPrice } from "./list-price.ts";
import { PriceBook } from "./price-book.ts";
import { EMBEDDING } from "./prices/embedding.ts";
import { FLASH_3 } from "./prices/flash-3.ts";
import { GEMINI_2 } from "./prices/gemini-2.ts";
import { GEMINI_4 } from "./prices/gemini-4.ts";
import { IMAGE } from "./prices/image.ts";
import { PER_PIECE } from "./prices/per-piece.ts";
import { PRO_3 } from "./prices/pro-3.ts";
import { SPECIALISED } from "./prices/specialised.ts";
import { SPEECH } from "./prices/speech.ts";

/** The day on which the prices were last checked against their sources. */
const CHECKED_ON = "2026-11-24";

export const GEMINI_PRICES: readonly ModelPrice[] = [
  ...GEMINI_4,
  ...FLASH_3,
  ...PRO_3,
  ...GEMINI_2,
  ...IMAGE,
  ...SPEECH,
  ...EMBEDDING,
  ...SPECIALISED,
  ...PER_PIECE,
];

/** @param timeZone By whose midnights prices change. */
export function geminiPriceBook(timeZone?: string): PriceBook {
  return new PriceBook(CHECKED_ON, GEMINI_PRICES, timeZone);
}
