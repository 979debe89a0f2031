/**
 * Reads a report off the ledger. All usage is summed by Postgres, exactly, in one statement, so its
 * parts agree with each other while rows keep coming in.
 */
import type { Pool } from "pg";

import { DAY_MS, isoTimestamp } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { inTransaction } from "../database/pool.ts";
import { checkQuery, type UsageStatsQuery } from "./query.ts";
import type { APIUsageStats, Cell, PendingCell, Period } from "./report.ts";
import { reportOf } from "./report.ts";

const TIMEOUT_MS = 30_000;

/** Three of them are nearly always sums of zeros, and NULL then: to pass over these saves a twentieth. */
const SUMS = `
  sum(requests) as requests,
  sum(unpriced_requests) filter (where unpriced_requests <> 0) as unpriced_requests,
  sum(lower_bound_requests) filter (where lower_bound_requests <> 0) as lower_bound_requests,
  sum(estimated_requests) filter (where estimated_requests <> 0) as estimated_requests,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd`;

/**
 * From the sums by day, which the ledger keeps with its rows: some ten thousands of them for a month,
 * however many rows there are. All of them are grouped in three ways only, into some hundred parts, and
 * these then in each way that is reported: that saves a third. The empty text stands for no model,
 * and for no campaign; NULL for what a part is not grouped by. Postgres reads through `used`; it is for
 * Citus, which can't group its own tables in several ways at once, and then brings them together first.
 */
const STATS = `
with used as (
  select * from api_usage_day
  where day >= $1::date and day < $2::date
    and ($3::text is null or brand = $3)
    and ($4::text is null or campaign = $4)
    and ($5::text is null or api_provider = $5)
    and ($6::text is null or model = $6)
), part as (
  select api_provider, api_endpoint, model, status, brand, campaign, day, ${SUMS}
  from used
  group by grouping sets ((api_provider, api_endpoint, model, status), (brand, campaign), (day))
), cell as (
  select dimension, key, ${SUMS}
  from part cross join lateral (values
    ('provider', api_provider), ('endpoint', api_endpoint), ('model', model), ('status', status),
    ('brand', brand), ('campaign', campaign), ('day', day::text),
    ('total', case when day is not null then '' end)
  ) as its (dimension, key)
  where key is not null
  group by dimension, key
)
select dimension, nullif(key, '') as key, requests::text,
  coalesce(unpriced_requests, 0)::text as unpriced_requests,
  coalesce(lower_bound_requests, 0)::text as lower_bound_requests,
  coalesce(estimated_requests, 0)::text as estimated_requests,
  (input_tokens + output_tokens)::text as tokens, input_tokens::text, output_tokens::text,
  cost_usd::text
from cell
order by cell.cost_usd desc, nullif(cell.key, '')`;

/**
 * A submission that failed has no name, and nothing to come. A job has thousands of results, of which one
 * is enough: the order leads Postgres to the first in the index, where it would else collect them all.
 * They have the brand of their job, so one server of a Citus cluster has both; only when whoever
 * fetched them did not know it they have another, and are looked for in a second step.
 */
const PENDING_JOBS = `
with open_job as materialized (
  select resource_name, created_at
  from api_usage as job
  where entry = 'job'
    and ($1::text is null or brand is not distinct from $1) -- "=" would look through all rows of the brand
    and ($2::text is null or campaign = $2)
    and ($3::text is null or api_provider = $3)
    and ($4::text is null or model = $4)
    and (
      select id from api_usage as result
      where result.brand = job.brand and result.resource_name = job.resource_name and entry = 'call'
      order by id
      limit 1
    ) is null
), fetched as (
  select distinct resource_name
  from api_usage
  where entry = 'call' and resource_name = any (array(select resource_name from open_job))
)
select count(*)::text as count,
  to_char(min(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as oldest
from open_job
where resource_name is not null and resource_name not in (select resource_name from fetched)`;

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
