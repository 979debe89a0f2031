/** Single calls: the last step of every way down. */
import type { Row } from "../board.ts";
import { CALL_COST_DECIMALS, CENTS, MODEL_WIDTH, UNITS } from "../look.ts";
import { sqlTablePanel } from "../table.ts";
import { CALLS } from "./rows.ts";

const OF = [{ name: "api_usage" }];

const errors = sqlTablePanel({
  title: "Why calls fail",
  about:
    "Calls of the time range that did not succeed, by what the provider or the network said. Some cost money all the same.",
  of: OF,
  none: "No call failed",
  width: 24,
  sortBy: "Calls",
  sql: `select status as "Status", error_type as "Error",
  http_status_code::text as "HTTP status", model as "Model",
  count(*) as "Calls", sum(estimated_cost_usd) as "Cost"
from ${CALLS}
where status <> 'success' and entry = 'call'
group by 1, 2, 3, 4
order by count(*) desc
limit 100`,
  columns: [
    { title: "Calls", unit: UNITS.count, decimals: 0 },
    { title: "Cost", unit: UNITS.money, decimals: CENTS },
  ],
});

function calls(title: string, about: string, sortBy: string, order: string) {
  return sqlTablePanel({
    title,
    about: `${about} The trace id leads to the trace wherever you keep traces. A correction is a row of its own, with the status adjustment.`,
    of: OF,
    none: "No calls",
    width: 24,
    sortBy,
    sql: `select created_at as "Time", brand as "Brand", campaign as "Campaign",
  endpoint as "Endpoint", model as "Model",
  case entry when 'call' then status else entry end as "Status", error_type as "Error",
  input_tokens as "Tokens in", output_tokens as "Tokens out",
  request_duration_ms / 1000 as "Duration", estimated_cost_usd as "Cost", price_status as "Price",
  encode(trace_id, 'hex') as "Trace", operation as "Operation",
  service_tier as "Tier", price_version as "Price version"
from ${CALLS}
order by ${order}
limit 500`,
    // Up to the trace, what fits beside each other on a screen of 1,600 pixels.
    columns: [
      { title: "Time", unit: UNITS.time, width: 150 },
      { title: "Brand", unit: UNITS.text, width: 95 },
      { title: "Campaign", unit: UNITS.text, width: 105 },
      { title: "Endpoint", unit: UNITS.text, width: 95 },
      { title: "Model", unit: UNITS.text, width: MODEL_WIDTH },
      { title: "Status", unit: UNITS.text, width: 95 },
      { title: "Error", unit: UNITS.text, width: 75 },
      { title: "Tokens in", unit: UNITS.count, decimals: 0, width: 85 },
      { title: "Tokens out", unit: UNITS.count, decimals: 0, width: 90 },
      { title: "Duration", unit: UNITS.seconds, decimals: 2, width: 85 },
      { title: "Cost", unit: UNITS.money, decimals: CALL_COST_DECIMALS, width: 125 },
      { title: "Price", unit: UNITS.text, width: 80 },
      { title: "Trace", unit: UNITS.text, width: 270 },
      { title: "Operation", unit: UNITS.text, width: 150 },
      { title: "Tier", unit: UNITS.text, width: 95 },
      { title: "Price version", unit: UNITS.text, width: 130 },
    ],
  });
}

export const SINGLE_CALLS: Row = {
  title: "Which calls were they?",
  panels: [
    errors,
    calls("Latest calls", "The last 500 of the time range.", "Time", "created_at desc"),
    calls(
      "Dearest calls",
      "The 500 of the time range that cost most.",
      "Cost",
      "estimated_cost_usd desc nulls last",
    ),
  ],
};
