/** A report as one writes it first: all rows of 30 days are fetched, and summed in JavaScript. */
import { Client } from "pg";

import { childSetting, offer } from "../child.ts";

export interface RowsInJsSetting {
  readonly url: string;
}

export interface Fetched {
  readonly tookMs: number;
  readonly rows: number;
  readonly residentBytes: number;
}

export type RowsInJsProcess = typeof functions;

interface Row {
  readonly api_provider: string;
  readonly api_endpoint: string;
  readonly total_tokens: string | null;
  readonly estimated_cost_usd: string | null;
  readonly created_at: Date;
}
type Groups = Record<string, { requests: number; tokens: number; costUsd: number }>;

/** The columns that a table of this kind would have without what an audit needs. */
const ALL_ROWS = `
select id, api_provider, api_endpoint, model, input_tokens, output_tokens, total_tokens,
  estimated_cost_usd, brand_id, campaign_id, user_id, request_duration_ms, status, error_message, created_at
from api_usage where created_at >= now() - interval '30 days'`;

const functions = { report };
offer(functions);

async function report(): Promise<Fetched> {
  const client = new Client({ connectionString: childSetting<RowsInJsSetting>().url });
  await client.connect();
  const start = performance.now();
  const { rows } = await client.query<Row>(ALL_ROWS);
  const byProvider: Groups = {};
  const byEndpoint: Groups = {};
  const byDay: Groups = {};
  for (const row of rows) {
    addTo(byProvider, row.api_provider, row);
    addTo(byEndpoint, row.api_endpoint, row);
    addTo(byDay, row.created_at.toISOString().slice(0, 10), row);
  }
  const tookMs = performance.now() - start;
  await client.end();
  return { tookMs, rows: rows.length, residentBytes: process.memoryUsage.rss() };
}

function addTo(groups: Groups, key: string, row: Row): void {
  const group = (groups[key] ??= { requests: 0, tokens: 0, costUsd: 0 });
  group.requests += 1;
  group.tokens += Number(row.total_tokens ?? 0);
  group.costUsd += Number(row.estimated_cost_usd ?? 0);
}
