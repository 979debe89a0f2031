/**
 * Reads a report off the ledger. All usage is summed by Postgres, exactly, in one statement, so its
 * parts agree with each other while rows keep coming in.
 */
import type { Pool } from "pg";

import { isoTimestamp } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { inTransaction } from "../database/pool.ts";
import { checkQuery, type UsageStatsQuery } from "./query.ts";
import type { APIUsageStats, Cell, PendingCell, Period } from "./report.ts";
import { DAY_MS, reportOf } from "./report.ts";

const TIMEOUT_MS = 30_000;

/**
 * From the sums by day, which the ledger keeps with its rows: some thousand of them for a month,
 * however many rows there are. The empty text stands for no model, and for no campaign.
 */
const STATS = `
with cell as (
  select api_provider, api_endpoint, nullif(model, '') as model, brand,
    nullif(campaign, '') as campaign, status, day,
    requests, unpriced_requests, lower_bound_requests, estimated_requests,
    input_tokens, output_tokens, cost_usd
  from api_usage_day
  where day >= $1::date and day < $2::date
    and ($3::text is null or brand = $3)
    and ($4::text is null or campaign = $4)
    and ($5::text is null or api_provider = $5)
    and ($6::text is null or model = $6)
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
  coalesce(sum(lower_bound_requests), 0)::text as lower_bound_requests,
  coalesce(sum(estimated_requests), 0)::text as estimated_requests,
  (coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0))::text as tokens,
  coalesce(sum(input_tokens), 0)::text as input_tokens,
  coalesce(sum(output_tokens), 0)::text as output_tokens,
  coalesce(sum(cost_usd), 0)::text as cost_usd
from cell
group by grouping sets
  ((), (api_provider), (api_endpoint), (model), (brand), (campaign), (status), (day))
order by sum(cost_usd) desc nulls last, key`;

/** A submission that failed has no name, and nothing to come. */
const PENDING_JOBS = `
select count(*)::text as count,
  to_char(min(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as oldest
from api_usage as job
where entry = 'job' and resource_name is not null
  and ($1::text is null or brand = $1)
  and ($2::text is null or campaign = $2)
  and ($3::text is null or api_provider = $3)
  and ($4::text is null or model = $4)
  and not exists (select from api_usage as result
    where result.resource_name = job.resource_name and result.entry = 'call')`;

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
  const filters = [brand, campaign, provider, model];
  const transaction = { timeoutMs: TIMEOUT_MS, readOnly: true };
  const { cells, pending } = await inTransaction(pool, transaction, async (client) => {
    const bounds = [isoTimestamp(period.fromMs), isoTimestamp(period.toMs)];
    const { rows: cells } = await client.query<Cell>(STATS, [...bounds, ...filters]);
    const { rows: pending } = await client.query<PendingCell>(PENDING_JOBS, filters);
    return { cells, pending: pending[0] };
  });
  return reportOf(cells, pending, period, {
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
