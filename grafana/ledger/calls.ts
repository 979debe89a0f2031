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
  none: "All succeeded",
  width: 24,
  sortBy: "Calls",
  sql: `select status as "Status", coalesce(error_type, 'none') as "Error",
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
    about: `${about} The trace id leads to the trace wherever you keep traces. A correction is a row of its own.`,
    of: OF,
    none: "No calls",
    width: 24,
    sortBy,
    sql: `select created_at as "Time", brand as "Brand", campaign as "Campaign",
  endpoint as "Endpoint", model as "Model", status as "Status", error_type as "Error",
  input_tokens as "Input tokens", output_tokens as "Output tokens",
  request_duration_ms / 1000 as "Duration", estimated_cost_usd as "Cost", price_status as "Price",
  encode(trace_id, 'hex') as "Trace", entry as "Entry", operation as "Operation",
  service_tier as "Tier", price_version as "Price version"
from ${CALLS}
order by ${order}
limit 500`,
    columns: [
      { title: "Time", unit: UNITS.time, width: 165 },
      { title: "Model", unit: UNITS.text, width: MODEL_WIDTH },
      { title: "Status", unit: UNITS.text, width: 95 },
      { title: "Error", unit: UNITS.text, width: 85 },
      { title: "Input tokens", unit: UNITS.count, decimals: 0, width: 130 },
      { title: "Output tokens", unit: UNITS.count, decimals: 0, width: 140 },
      { title: "Duration", unit: UNITS.seconds, decimals: 2, width: 105 },
      { title: "Cost", unit: UNITS.money, decimals: CALL_COST_DECIMALS, width: 110 },
      { title: "Price", unit: UNITS.text, width: 95 },
      { title: "Trace", unit: UNITS.text, width: 270 },
      { title: "Operation", unit: UNITS.text, width: 140 },
      { title: "Price version", unit: UNITS.text, width: 120 },
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
