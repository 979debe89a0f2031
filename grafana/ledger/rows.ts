/**
 * The rows of the ledger that the filters of the board let through, as SQL that Grafana fills in.
 *
 * Columns bear the names of the filters. What has no model or campaign is called so, as in metrics.
 */
import { type Filter, FILTERS } from "../variables.ts";

export type LedgerFilter = Filter | "campaign";

/** How each filter is found in `api_usage` and its sums, which hold an empty text or a NULL for none. */
export const COLUMNS: Readonly<Record<LedgerFilter, string>> = {
  provider: "api_provider",
  endpoint: "api_endpoint",
  model: "coalesce(nullif(model, ''), 'unknown')",
  brand: "brand",
  status: "status",
  campaign: "coalesce(nullif(campaign, ''), 'none')",
};
const NAMES: readonly LedgerFilter[] = [...FILTERS, "campaign"];

/** Sums of the whole UTC days that the time range touches. */
export const DAYS: string = filtered(
  "api_usage_day",
  [
    "day",
    "requests",
    "unpriced_requests",
    "lower_bound_requests",
    "estimated_requests",
    "input_tokens",
    "output_tokens",
    "cost_usd",
  ],
  `day between ($__timeFrom()::timestamptz at time zone 'UTC')::date
      and ($__timeTo()::timestamptz at time zone 'UTC')::date`,
);

/** Rows of the time range, corrections too. */
export const CALLS: string = filtered(
  "api_usage",
  [
    "created_at",
    "entry",
    "operation",
    "service_tier",
    "error_type",
    "http_status_code",
    "input_tokens",
    "output_tokens",
    "request_duration_ms",
    "estimated_cost_usd",
    "price_status",
    "price_version",
    "trace_id",
  ],
  "$__timeFilter(created_at) and entry <> 'job'",
);

function filtered(table: string, columns: readonly string[], where: string): string {
  const named = NAMES.map((name) =>
    COLUMNS[name] === name ? name : `${COLUMNS[name]} as ${name}`,
  );
  const matches = NAMES.map((name) => `${name} in (\${${name}:sqlstring})`);
  return `(
  select * from (
    select ${[...named, ...columns].join(", ")}
    from ${table}
    where ${where}
  ) as named
  where ${matches.join("\n    and ")}
) as chosen`;
}
