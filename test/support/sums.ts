/** The sums that the ledger keeps, beside the same sums taken from its rows. */
import type { Pool } from "pg";

/** One for each unit in which sums are kept; `kept` and `taken` are to be equal. */
export interface Sums {
  readonly unit: "hour" | "day";
  readonly kept: unknown;
  readonly taken: unknown;
}

export async function sumsIn(pool: Pool): Promise<readonly Sums[]> {
  return Promise.all([sumsBy(pool, "hour"), sumsBy(pool, "day")]);
}

async function sumsBy(pool: Pool, unit: Sums["unit"]): Promise<Sums> {
  const kept = await pool.query(
    `select ${unit}::text as at, brand, api_provider, api_endpoint, model, campaign, status,
       requests::int, unpriced_requests::int, input_tokens::text, output_tokens::text,
       trim_scale(cost_usd)::text as cost_usd
     from api_usage_${unit} order by 1, 2, 3, 4, 5, 6, 7`,
  );
  const at =
    unit === "day"
      ? "(created_at at time zone 'UTC')::date"
      : "date_trunc('hour', created_at at time zone 'UTC') at time zone 'UTC'";
  const taken = await pool.query(
    `select (${at})::text as at, brand, api_provider, api_endpoint, coalesce(model, '') as model,
       coalesce(campaign, '') as campaign, status,
       (count(*) filter (where entry = 'call'))::int as requests,
       (count(*) filter (where price_status = 'unpriced')
         - count(*) filter (where prior_price_status = 'unpriced'))::int as unpriced_requests,
       coalesce(sum(input_tokens) filter (where entry = 'call'), 0)::text as input_tokens,
       coalesce(sum(output_tokens) filter (where entry = 'call'), 0)::text as output_tokens,
       trim_scale(coalesce(sum(estimated_cost_usd), 0))::text as cost_usd
     from api_usage where entry <> 'job' group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7`,
  );
  return { unit, kept: kept.rows, taken: taken.rows };
}
