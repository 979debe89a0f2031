/**
 * Reads a report off the ledger. All of it is summed by Postgres, exactly, in one statement, so its
 * parts agree with each other while rows keep coming in.
 */
import type { Pool } from "pg";

import { isoTimestamp } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { inTransaction } from "../database/pool.ts";
import { checkQuery, type UsageStatsQuery } from "./query.ts";
import type { APIUsageStats, Cell, Period } from "./report.ts";
import { DAY_MS, reportOf } from "./report.ts";

const TIMEOUT_MS = 30_000;

/** First the finest groups, of which there are few; the eight groupings are then made of those. */
const STATS = `
with cell as materialized (
  select api_provider, api_endpoint, model, brand, campaign, status,
    (created_at at time zone 'UTC')::date as day,
    count(*) as requests,
    count(*) filter (where price_status = 'unpriced') as unpriced_requests,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(estimated_cost_usd) as cost_usd
  from api_usage
  where created_at >= $1::timestamptz and created_at < $2::timestamptz
    and ($3::text is null or brand = $3)
    and ($4::text is null or campaign = $4)
    and ($5::text is null or api_provider = $5)
    and ($6::text is null or model = $6)
  group by 1, 2, 3, 4, 5, 6, 7
)
select
  case
    when grouping(api_provider) = 0 then 'provider'
    when grouping(api_endpoint) = 0 then 'endpoint'
    when grouping(model) = 0 then 'model'
    when grouping(brand) = 0 then 'brand'
    when grouping(campaign) = 0 then 'campaign'
    when grouping(status) = 0 then 'status'
    when grouping(day) = 0 then 'day'
    else 'total'
  end as dimension,
  coalesce(api_provider, api_endpoint, model, brand, campaign, status, day::text) as key,
  coalesce(sum(requests), 0)::text as requests,
  coalesce(sum(unpriced_requests), 0)::text as unpriced_requests,
  (coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0))::text as tokens,
  coalesce(sum(input_tokens), 0)::text as input_tokens,
  coalesce(sum(output_tokens), 0)::text as output_tokens,
  coalesce(sum(cost_usd), 0)::text as cost_usd
from cell
group by grouping sets
  ((), (api_provider), (api_endpoint), (model), (brand), (campaign), (status), (day))
order by sum(cost_usd) desc nulls last, key`;

/**
 * What was used and what it cost in the last `days`; in each group the costliest come first.
 *
 * @throws SpendspanError `ERR_QUERY` for a query that breaks a rule, naming every fault.
 */
export async function getUsageStats(
  pool: Pool,
  query: UsageStatsQuery,
  clock: Clock,
): Promise<APIUsageStats> {
  checkQuery(query);
  const { days, brand, campaign, provider, model } = query;
  const period = periodOf(days, clock.now());
  const { rows } = await inTransaction(pool, { timeoutMs: TIMEOUT_MS, readOnly: true }, (client) =>
    client.query<Cell>(STATS, [
      isoTimestamp(period.fromMs),
      isoTimestamp(period.toMs),
      brand,
      campaign,
      provider,
      model,
    ]),
  );
  return reportOf(rows, period, {
    ...(brand !== undefined && { brand }),
    ...(campaign !== undefined && { campaign }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
  });
}

function periodOf(days: number, nowMs: number): Period {
  const toMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
  return { days, fromMs: toMs - days * DAY_MS, toMs };
}
