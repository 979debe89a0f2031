/** What was billed apart from tokens, as rows of the ledger have it. */
import { ITEM_KINDS, type UsedItem } from "./items.ts";

export interface StoredItem {
  readonly item: string;
  readonly quantity: number;
  readonly variant?: string;
}

/** None for an item of a kind that is not known here: a newer version stored it. */
export function usedItem({ item, quantity, variant }: StoredItem): UsedItem | [] {
  const kind = ITEM_KINDS.find((name) => name === item);
  if (kind === undefined) return [];
  return { kind, quantity, ...(variant !== undefined && { variant }) };
}
