/** A usage record as a row of `api_usage`. What follows from other columns is left out. */
import { isoTimestamp } from "../base/clock.ts";
import { toUsdString } from "../base/money.ts";
import { rowPriceVersion } from "../pricing/row-price-version.ts";
import type { BilledItem } from "../usage/items.ts";
import type { UsageRecord } from "../usage/record.ts";
import { storedModalities } from "../usage/stored-modalities.ts";
import { inputTokens, outputTokens } from "../usage/tokens.ts";

/**
 * The columns that a writer fills, with their types, in the order of row-line.ts; the database fills the
 * others itself.
 */
export const COLUMNS = {
  id: "uuid",
  created_at: "timestamptz",
  entry: "text",
  brand: "text",
  brand_id: "uuid",
  campaign: "text",
  campaign_id: "uuid",
  end_user: "text",
  user_id: "uuid",
  key_fingerprint: "text",
  api_provider: "text",
  platform: "text",
  api_endpoint: "text",
  operation: "text",
  requested_model: "text",
  model: "text",
  resource_name: "text",
  service_tier: "text",
  input_tokens: "bigint",
  output_tokens: "bigint",
  cached_input_tokens: "bigint",
  tool_use_tokens: "bigint",
  thinking_tokens: "bigint",
  token_modalities: "jsonb",
  usage_status: "text",
  estimated_cost_usd: "numeric",
  line_items: "jsonb",
  price_status: "text",
  price_version: "text",
  status: "text",
  error_type: "text",
  error_message: "text",
  http_status_code: "smallint",
  request_duration_ms: "real",
  time_to_first_chunk_ms: "real",
  streaming: "boolean",
  attempt: "smallint",
  trace_id: "bytea",
  span_id: "bytea",
} as const;

export type UsageRow = {
  readonly [Column in keyof typeof COLUMNS]: string | number | boolean | object | undefined;
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function rowOf(record: UsageRecord): UsageRow {
  const { tokens } = record;
  return {
    id: record.id,
    created_at: isoTimestamp(record.startedAtMs),
    entry: record.entry,
    brand: record.brand,
    brand_id: asUuid(record.brand),
    campaign: record.campaign,
    campaign_id: asUuid(record.campaign),
    end_user: record.user,
    user_id: asUuid(record.user),
    key_fingerprint: record.keyFingerprint,
    api_provider: record.provider,
    platform: record.platform,
    api_endpoint: record.endpoint,
    operation: record.operation,
    requested_model: record.requestedModel === record.model ? undefined : record.requestedModel,
    model: record.model,
    resource_name: record.resourceName,
    service_tier: record.serviceTier,
    input_tokens: tokens && inputTokens(tokens),
    output_tokens: tokens && outputTokens(tokens),
    cached_input_tokens: tokens?.cachedInput,
    tool_use_tokens: tokens?.toolUse,
    thinking_tokens: tokens?.thinking,
    token_modalities: tokens && storedModalities(tokens),
    usage_status: record.usageStatus,
    // Text: a JSON number is a double to everything between here and Postgres.
    estimated_cost_usd: record.cost === undefined ? undefined : toUsdString(record.cost),
    line_items: itemsColumn(record.items),
    price_status: record.priceStatus,
    price_version: record.priceVersion && rowPriceVersion(record.priceVersion, record),
    status: record.status,
    error_type: record.errorType,
    error_message: record.errorMessage,
    http_status_code: record.httpStatusCode,
    request_duration_ms: toMicroseconds(record.durationMs),
    time_to_first_chunk_ms: toMicroseconds(record.timeToFirstChunkMs),
    streaming: record.streaming,
    attempt: record.attempt,
    trace_id: record.traceId,
    span_id: record.spanId,
  };
}

function itemsColumn(items: readonly BilledItem[]): object | undefined {
  if (items.length === 0) return undefined;
  return items.map(({ kind, quantity, variant, cost }) => ({
    item: kind,
    quantity,
    variant,
    cost_usd: cost === undefined ? null : toUsdString(cost),
  }));
}

function asUuid(tag: string | undefined): string | undefined {
  return tag !== undefined && UUID.test(tag) ? tag : undefined;
}

/** Clocks tell no more than microseconds, and further digits only cost space. */
function toMicroseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000;
}
