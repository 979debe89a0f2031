/**
 * The name of a price in a row of the ledger. Model and tier stand in the row as well, mostly the same
 * ones, and would be half of the name.
 */

export interface PricedRow {
  readonly model: string | null | undefined;
  readonly serviceTier: string | null | undefined;
}

/** `2026-11-24/gemini-2.5-flash@start/standard` of a row of that model and tier: `2026-11-24@start`. */
export function rowPriceVersion(priceVersion: string, { model, serviceTier }: PricedRow): string {
  return without(without(priceVersion, model), serviceTier);
}

/** A part between slashes, or before the day. */
function without(version: string, part: string | null | undefined): string {
  if (part === null || part === undefined) return version;
  const at = version.indexOf(`/${part}`);
  const end = at + 1 + part.length;
  const isWhole = end === version.length || "/@:".includes(version.charAt(end));
  return at === -1 || !isWhole ? version : version.slice(0, at) + version.slice(end);
}
