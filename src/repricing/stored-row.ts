/**
 * A row of the ledger that was billed by its usage, and the usage that it holds.
 *
 * The row alone must tell all that its cost rests on: answers are not kept, so there is nothing else
 * to price it by again.
 */
import { parseTimestamp } from "../base/clock.ts";
import { fromUsdString, type Picodollars } from "../base/money.ts";
import type { BilledUsage } from "../pricing/cost.ts";
import type { PriceStatus, UsageStatus } from "../usage/record.ts";
import { type StoredItem, usedItem } from "../usage/stored-item.ts";
import { splitOf, type StoredModalities } from "../usage/stored-modalities.ts";
import type { TokenCounts } from "../usage/tokens.ts";

/** The columns of `api_usage` that a price rests on, as JSON has them. */
export interface StoredRow {
  readonly id: string;
  /** ISO 8601, UTC, as fine as it is stored. */
  readonly created_at: string;
  readonly brand: string;
  readonly model: string | null;
  readonly platform: string | null;
  readonly service_tier: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cached_input_tokens: number | null;
  readonly tool_use_tokens: number | null;
  readonly thinking_tokens: number | null;
  readonly token_modalities: StoredModalities | null;
  readonly line_items: readonly StoredItem[] | null;
  readonly usage_status: UsageStatus;
  readonly http_status_code: number | null;
  readonly estimated_cost_usd: string | null;
  readonly price_status: PriceStatus;
  readonly price_version: string | null;
}

/** The sum of the adjustments of a row, and the last of them; `null` where there are none. */
export interface Adjusted {
  readonly adjusted_usd: string | null;
  readonly adjustment_id: string | null;
  readonly adjusted_price_status: PriceStatus | null;
  readonly adjusted_price_version: string | null;
}

/** What a row costs as the ledger stands: its own cost and all corrections of it. */
export interface LedgerCost {
  readonly cost: Picodollars | undefined;
  readonly priceStatus: PriceStatus;
}

export function ledgerCost(row: StoredRow & Adjusted): LedgerCost {
  const parts = [row.estimated_cost_usd, row.adjusted_usd].filter((part) => part !== null);
  return {
    cost: parts.length === 0 ? undefined : parts.reduce((sum, usd) => sum + fromUsdString(usd), 0n),
    priceStatus: row.adjusted_price_status ?? row.price_status,
  };
}

/** The usage of a row; undefined when it has none, or some of a kind that only newer versions know. */
export function storedUsage(row: StoredRow): BilledUsage | undefined {
  const tokens = storedTokens(row);
  const items = (row.line_items ?? []).flatMap(usedItem);
  if (items.length < (row.line_items ?? []).length) return undefined;
  if (tokens === undefined && items.length === 0) return undefined;
  return {
    model: row.model ?? undefined,
    tokens,
    items,
    serviceTier: row.service_tier ?? undefined,
    platform: row.platform ?? undefined,
    atMs: parseTimestamp(row.created_at),
  };
}

/** The columns overlap, as people read them; the kinds that are billed do not. */
function storedTokens(row: StoredRow): TokenCounts | undefined {
  const { input_tokens, output_tokens } = row;
  if (input_tokens === null || output_tokens === null) return undefined;
  const cachedInput = row.cached_input_tokens ?? 0;
  const toolUse = row.tool_use_tokens ?? 0;
  const thinking = row.thinking_tokens ?? 0;
  const tokens = {
    input: input_tokens - cachedInput - toolUse,
    cachedInput,
    toolUse,
    output: output_tokens - thinking,
    thinking,
  };
  if (row.token_modalities === null) return tokens;
  return { ...tokens, modalities: splitOf(row.token_modalities, tokens) };
}
