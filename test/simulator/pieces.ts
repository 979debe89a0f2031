/**
 * What is charged apart from tokens, typed in by hand from the Google price page and reckoned apart
 * from the product, as `billing.ts` is.
 */

/** What one answer used. */
export interface Pieces {
  /** The searches of the web that it names, repeated ones too. */
  readonly queries?: readonly string[];
  /** True when it looked at the map. */
  readonly places?: boolean;
  readonly images?: number;
}

const IMAGE_USD_CENTS: Readonly<Record<string, bigint>> = {
  "imagen-4.0-fast-generate-001": 2n,
  "imagen-4.0-generate-001": 4n,
  "imagen-4.0-ultra-generate-001": 6n,
};
const CENT = 10_000_000_000n;
/** Tenths of a cent: Gemini 2 by the answer that searched, later ones by the search. */
const MILL = CENT / 10n;

/** Picodollars, or undefined when `model` has no such price. */
export function costOfPieces(model: string, pieces: Pieces): bigint | undefined {
  const { queries = [], places = false, images } = pieces;
  const isGemini2 = model.startsWith("gemini-2");
  const different = new Set(queries).size;
  const search = isGemini2 ? (different > 0 ? 35n : 0n) : BigInt(different) * 14n;
  const map = places ? (isGemini2 ? 25n : 14n) : 0n;
  const cents = images === undefined ? 0n : IMAGE_USD_CENTS[model];
  return cents === undefined
    ? undefined
    : (search + map) * MILL + BigInt(images ?? 0) * cents * CENT;
}
