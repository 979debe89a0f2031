/**
 * The split of tokens by modality as rows of the ledger have it. Nearly all tokens are text, and a kind
 * that is all of one modality needs no count of its own: its name says it, in half the room.
 */
import type { Modality, ModalityCounts, TokenCounts } from "./tokens.ts";
import { MODALITIES } from "./tokens.ts";

/** The kinds that have a split, by their names in a row. */
const KINDS = {
  input: "input",
  cached_input: "cachedInput",
  tool_use: "toolUse",
  output: "output",
} as const;
const NAMES = ["input", "cached_input", "tool_use", "output"] as const;

/** `{"input": {"text": 10, "image": 258}}`, or `{"input": "text"}` when all are of one. */
export type StoredModalities = {
  readonly [Name in keyof typeof KINDS]?: ModalityCounts | Modality;
};

/** Undefined when no split is known. */
export function storedModalities(tokens: TokenCounts): StoredModalities | undefined {
  const { modalities } = tokens;
  if (modalities === undefined) return undefined;
  const stored = NAMES.flatMap((name) => {
    const counts = modalities[KINDS[name]];
    return counts === undefined ? [] : [[name, onlyOne(counts, tokens[KINDS[name]]) ?? counts]];
  });
  return Object.fromEntries(stored);
}

/** The split from which `storedModalities` made `stored`. */
export function splitOf(
  stored: StoredModalities,
  tokens: TokenCounts,
): NonNullable<TokenCounts["modalities"]> {
  const split = NAMES.flatMap((name) => {
    const counts = stored[name];
    if (counts === undefined) return [];
    const kind = KINDS[name];
    return [[kind, typeof counts === "string" ? { [counts]: tokens[kind] } : counts]];
  });
  return Object.fromEntries(split);
}

/** The modality that all of `total` tokens are of, if nothing is said of another. */
function onlyOne(counts: ModalityCounts, total: number): Modality | undefined {
  const [modality, ...others] = MODALITIES.filter((known) => counts[known] !== undefined);
  const isAll = modality !== undefined && others.length === 0 && counts[modality] === total;
  return isAll ? modality : undefined;
}
