/** What the ledger has of a batch, a video or a cache, whichever process wrote it. */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";
import type { ResourceEntry } from "../usage/resource-entry.ts";
import { type StoredItem, usedItem } from "../usage/stored-item.ts";
import type { TokenCounts } from "../usage/tokens.ts";

const TIMEOUT_MS = 5_000;

/**
 * A function's (see migrations), since who writes rows may not read them. Not the results of a job, of
 * which there may be very many: all that is asked for has an entry of its own kind, but for the making
 * of a cache. Nor corrections, which book nothing anew.
 */
const FIND = `select id, entry, api_endpoint, operation, requested_model, model, brand, campaign,
    end_user, key_fingerprint, line_items,
    encode(trace_id, 'hex') as trace_id, encode(span_id, 'hex') as span_id,
    extract(epoch from created_at)::float8 * 1000 as created_at_ms,
    case when total_tokens is not null then json_build_object(
      'input', input_tokens - cached_input_tokens - tool_use_tokens,
      'cachedInput', cached_input_tokens, 'toolUse', tool_use_tokens,
      'output', output_tokens - thinking_tokens, 'thinking', thinking_tokens) end as tokens
  from api_usage_resource_entries($1)
  order by created_at`;

interface EntryRow {
  readonly id: string;
  readonly entry: "call" | "job" | "storage";
  readonly api_endpoint: string;
  readonly operation: string;
  readonly requested_model: string | null;
  readonly model: string | null;
  readonly brand: string;
  readonly campaign: string | null;
  readonly end_user: string | null;
  readonly key_fingerprint: string | null;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly line_items: readonly StoredItem[] | null;
  readonly created_at_ms: number;
  readonly tokens: TokenCounts | null;
}

/** The entries that tell how a resource began and what was booked for it, oldest first. */
export async function findResourceEntries(
  pool: Pool,
  resourceName: string,
): Promise<readonly ResourceEntry[]> {
  const { rows } = await inTransaction(pool, { timeoutMs: TIMEOUT_MS, readOnly: true }, (client) =>
    client.query<EntryRow>(FIND, [resourceName]),
  );
  return rows.map(entryOf);
}

function entryOf(row: EntryRow): ResourceEntry {
  return {
    id: row.id,
    entry: row.entry,
    endpoint: row.api_endpoint,
    operation: row.operation,
    requestedModel: row.requested_model ?? row.model ?? undefined,
    model: row.model ?? undefined,
    tokens: row.tokens ?? undefined,
    brand: row.brand,
    campaign: row.campaign ?? undefined,
    user: row.end_user ?? undefined,
    keyFingerprint: row.key_fingerprint ?? undefined,
    startedAtMs: Math.round(row.created_at_ms),
    traceId: row.trace_id ?? undefined,
    spanId: row.span_id ?? undefined,
    items: (row.line_items ?? []).flatMap(usedItem),
  };
}
