/** A ledger with as many rows as are asked for, spread over the last 90 days, made inside Postgres. */
import { readFile } from "node:fs/promises";
import type { Pool } from "pg";

/** Much as in traffic.ts. Brands beyond the first few have little to do. */
const ROWS = `
insert into api_usage (id, created_at, brand, campaign, api_provider, platform, api_endpoint, operation,
  model, service_tier, input_tokens, output_tokens, cached_input_tokens,
  tool_use_tokens, thinking_tokens, token_modalities, usage_status, estimated_cost_usd, price_status,
  price_version, status, http_status_code, request_duration_ms, trace_id, span_id)
select gen_random_uuid(), now() - interval '90 days' * (1 - (number - random()) / $1),
  'brand-' || brand, case when random() < 0.6 then 'campaign-' || floor(3 * random()) end,
  'google_ai', 'gemini_api', endpoints[feature], 'generateContent', models[feature],
  'standard', input, output, 0, 0, 0, '{"input": "text"}',
  'final', (input * 0.3 + output * 2.5) / 1000000, 'priced', '2026-11-24@2025-06-17',
  case when random() < 0.02 then 'error' else 'success' end, 200, 300 + output * 4.517,
  decode(md5(number::text), 'hex'), decode(left(md5(number::text), 16), 'hex')
from (
  select number, floor(50 * random() ^ 2)::int as brand, 1 + floor(5 * random())::int as feature,
    40 + floor(4000 * random() ^ 3)::int as input, 10 + floor(1500 * random() ^ 2)::int as output,
    array['chat', 'extract', 'generate', 'caption', 'plan'] as endpoints,
    array['gemini-2.5-flash', 'gemini-2.5-flash-lite', 'gemini-2.5-pro', 'gemini-2.0-flash',
      'gemini-3-pro-preview'] as models
  from generate_series($2::int, $3::int) as number
) as call`;
const ROWS_A_STATEMENT = 250_000;
const MONTHS = 4;
const MAKE_MONTH = "select api_usage_make_month(now() - make_interval(months => $1))";

export async function fillLedger(pool: Pool, rows: number): Promise<void> {
  for (let ago = 0; ago < MONTHS; ago++) await pool.query(MAKE_MONTH, [ago]);
  for (let first = 1; first <= rows; first += ROWS_A_STATEMENT) {
    const last = Math.min(rows, first + ROWS_A_STATEMENT - 1);
    await pool.query(ROWS, [rows, first, last]);
  }
  await pool.query(await sumsOfAllRows());
  await pool.query("vacuum analyze");
}

/** What the migration does for rows that are there before the sums. */
async function sumsOfAllRows(): Promise<string> {
  const path = new URL("../../migrations/0006_sums.sql", import.meta.url);
  const [, statements] = (await readFile(path, "utf8")).split(/^-- What is there already.*$/m);
  return statements!;
}
